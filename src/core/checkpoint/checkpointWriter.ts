import type { Checkpoint1, Checkpoint2, CheckpointSyntax } from './checkpoint';
import { writeYaml } from './yamlWriter';

/** The text of a checkpoint, with a line break at its end. The same checkpoint gives the same text. */
export function writeCheckpoint(checkpoint: Checkpoint1 | Checkpoint2, syntax: CheckpointSyntax): string {
  return syntax === 'yaml' ? writeYaml(checkpoint) : `${JSON.stringify(checkpoint, undefined, 2)}\n`;
}
