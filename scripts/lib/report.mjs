/** A failure that the person can act on: printed without a stack trace. */
export class SetupError extends Error {}

export function info(message) {
  process.stdout.write(`${message}\n`);
}

/**
 * Runs a script's main function; a failure is printed and becomes exit code 1.
 * The process ends by itself once nothing is left to do, so that output is never cut.
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    const text = error instanceof SetupError ? error.message : (error?.stack ?? String(error));
    process.stderr.write(`\n${text}\n`);
    process.exitCode = 1;
  }
}

export function formatSeconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
