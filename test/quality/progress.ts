/**
 * Prints to stderr what is being measured: in a terminal one line that counts, elsewhere one line
 * for each task.
 */
export class Progress {
  private task = '';

  begin(task: string): void {
    this.task = task;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${task}` : `${task}\n`);
  }

  /** `done` of `all` steps are finished. */
  step(done: number, all: number): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${this.task}: ${done} of ${all}`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
