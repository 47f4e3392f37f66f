/**
 * Says on the error stream what is being measured: one line that counts in a terminal, one line for
 * each task elsewhere.
 */
export class Progress {
  private task = '';

  begin(task: string): void {
    this.task = task;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${task}` : `${task}\n`);
  }

  /** `done` of `all` are behind us. */
  step(done: number, all: number): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${this.task}: ${done} of ${all}`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
