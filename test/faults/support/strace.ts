/** What the tracer does to a system call. `when` as strace has it: `5`, `5+`, `5..9`. */
export interface Injection {
  readonly call: string;
  readonly what: 'signal=KILL' | `error=E${string}`;
  readonly when: string;
  /** Only calls on these files. */
  readonly paths?: readonly string[];
}

/**
 * Runs a program under a tracer that interferes with its system calls. The tracer counts per thread, so the program
 * must do its file work on one: see `oneWorker`.
 */
export function injecting({ call, what, when, paths = [] }: Injection): readonly string[] {
  const only = paths.flatMap((path) => ['-P', path]);
  return [
    'strace',
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    ...only,
    '-e',
    `trace=${call}`,
    '-e',
    `inject=${call}:${what}:when=${when}`,
  ];
}

/** Writes every call of these kinds to a file, with the paths of its descriptors. */
export function tracing(calls: readonly string[], log: string): readonly string[] {
  return ['strace', '-f', '-qq', '-y', '-s', '200', '-o', log, '-e', `trace=${calls.join(',')}`];
}

/** All file work of Node and of SQLite's binding on one thread. */
export const oneWorker = { UV_THREADPOOL_SIZE: '1' } as const;
