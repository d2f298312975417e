/** What a promise gives within `ms` milliseconds, or `late`. A rejection after that is dropped. */
export async function withTimeout<T, L>(work: PromiseLike<T>, ms: number, late: L): Promise<T | L> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<L>((resolve) => {
    timer = setTimeout(() => resolve(late), ms);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
