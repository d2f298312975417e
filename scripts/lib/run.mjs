import { spawn } from 'node:child_process';
import { projectRoot } from './paths.mjs';
import { SetupError } from './report.mjs';

const keptOutputCharacters = 200_000;

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options]
 *   `show` passes output through to the terminal; otherwise it is collected.
 * @returns {Promise<{ code: number, output: string }>} Exit code and collected output (its last 200,000 characters).
 *   A program killed by a signal counts as code 128.
 * @throws when the program cannot be started.
 */
export async function run(command, args, options = {}) {
  const child = spawn(command, [...args], {
    cwd: options.cwd ?? projectRoot,
    env: options.env ?? process.env,
    stdio: options.show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  const collect = (data) => {
    output = (output + data).slice(-keptOutputCharacters);
  };
  child.stdout?.setEncoding('utf8').on('data', collect);
  child.stderr?.setEncoding('utf8').on('data', collect);
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 128, output }));
  });
}

/** Runs a program and fails with its output when its exit code is not 0. */
export async function runChecked(command, args, options = {}) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) {
    throw new SetupError(`${[command, ...args].join(' ')} failed with code ${code}.\n${output}`.trim());
  }
  return output;
}
