/** Frames until what came in above has got its real size. */
export const framesToSize = 2;

/** Waits until the page has been painted so many times. */
export async function nextFrames(count: number): Promise<void> {
  for (let frame = 0; frame < count; frame += 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
