/**
 * Height of the water between two tides, by a cosine curve.
 *
 * @param {{ minutes: number, height: number }} before the tide before `minutes`
 * @param {{ minutes: number, height: number }} after the tide after `minutes`
 * @param {number} minutes since midnight
 * @returns {number} metres
 */
export function heightAt(before, after, minutes) {
  const part = (minutes - before.minutes) / (after.minutes - before.minutes);
  const middle = (before.height + after.height) / 2;
  return middle + ((before.height - after.height) / 2) * Math.cos(Math.PI * part);
}
