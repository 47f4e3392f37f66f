/** Processor time and memory of processes, as Linux reports them. */
import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** `getconf CLK_TCK`, on every Linux that there is. */
const TICKS_PER_SECOND = 100;

/** Seconds of a core that a process has used so far. */
export async function processSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The process's name, in brackets, may contain anything, even brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds that all cores together were busy since the machine started. */
export function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) / 1000, 0);
}

/** As `2 x AMD EPYC`. */
export const machine = (): string => `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`;

/**
 * Seconds of a core that the children of a process, and theirs, have used so far; those that have
 * ended do not count.
 */
export async function treeSeconds(root: number): Promise<number> {
  const children = new Map<number, number[]>();
  const used = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // A process may end while it is read.
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    if (stat === '') continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const parent = Number(fields[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    used.set(Number(entry), (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
  }
  const sum = (pid: number): number =>
    (children.get(pid) ?? []).reduce((all, child) => all + (used.get(child) ?? 0) + sum(child), 0);
  return sum(root);
}

/** MiB by kind of process. */
export type Held = Record<string, number>;

/**
 * MiB that a process and its descendants have in memory, by kind of process. What they share counts
 * once.
 */
export async function memory(pid: number): Promise<Held> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // After the name, which may contain anything, come the state and the parent.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const ours = (process: number): boolean =>
    process === pid || (parents.has(process) && process > 1 && ours(parents.get(process)!));
  const held: Held = {};
  for (const process of parents.keys()) {
    if (!ours(process)) continue;
    const rollup = await readFile(`/proc/${process}/smaps_rollup`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${process}/cmdline`, 'utf8').catch(() => '');
    const kind =
      process === pid ? 'node' : (/--type=([\w-]+)/.exec(command)?.[1] ?? 'browser').replace('-process', '');
    held[kind] = (held[kind] ?? 0) + Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
  }
  return held;
}
