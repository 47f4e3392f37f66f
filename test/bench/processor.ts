/** What processes cost, as Linux tells it. */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** `getconf CLK_TCK`, on every Linux that there is. */
const TICKS_PER_SECOND = 100;

/** Seconds of a core that a process has used so far. */
export async function processSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name before the last bracket may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds that all cores together were busy since the machine started. */
export function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) / 1000, 0);
}

/** As `2 x AMD EPYC`. */
export const machine = (): string => `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`;
