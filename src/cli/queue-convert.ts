import { mkdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { explainWriteError, isSystemError } from '../common/write-error.ts';
import type { FilmsQueue, FilmState, VersionLoad } from '../queue/films.ts';
import type { FilmJob } from '../queue/jobs.ts';
import { childLocation, isAddress } from '../queue/file-locations.ts';
import { workVersion } from './app.ts';
import { checkLook, isFile } from './check-look.ts';
import { EXIT, settingsFrom } from './convert.ts';
import { checkFilePaths } from './file-faults.ts';
import type { Command, QueueOptions } from './options.ts';
import type { CliOutput } from './cli-output.ts';

/** Milliseconds between two queries of the queue. */
const POLL_MS = 500;
/** Milliseconds in which films are taken out of the queue again. */
const REMOVE_TIMEOUT_MS = 30_000;

/** A timer that does not keep a finished command running. */
const UNNOTICED = { ref: false };

type Film = Command['films'][number];

/** Has the workers of a queue convert what the command names. Resolves with the exit code. */
export async function convertInQueue(
  command: Command,
  options: QueueOptions,
  report: CliOutput,
  interrupted: AbortSignal,
): Promise<number> {
  await checkLook(command);
  const version = await workVersion();
  // Without a queue none of its packages are loaded.
  const { FilmsQueue } = await import('../queue/films.ts');
  const queue = await FilmsQueue.open(options.url);
  const waiting = new Map<string, Film>();
  let code: number = EXIT.fine;
  try {
    for (const film of command.films) {
      const fault = await whyNot(film, command.overwrite);
      if (fault) {
        report.failed(film.from, fault);
        code = EXIT.failed;
        continue;
      }
      const id = FilmsQueue.newId();
      waiting.set(id, film);
      await queue.add(id, await jobOf(command, options, film, id), version);
    }
    const allWell = await watch(queue, waiting, version, report, interrupted);
    return allWell ? code : EXIT.failed;
  } catch (error) {
    if (!interrupted.aborted) throw error;
    report.step('Taking the films out of the queue …');
    const removing = Promise.all([...waiting.keys()].map((id) => queue.remove(id))).then(() => true);
    removing.catch(() => undefined);
    const removed = await Promise.race([removing, wait(REMOVE_TIMEOUT_MS, false, UNNOTICED)]).catch(
      () => false,
    );
    report.ended(
      'ERR_INTERRUPTED',
      removed ? 'The command was interrupted.' : 'The command was interrupted; the queue may go on.',
      removed ? 'Start it again.' : 'See what is left: portoon queue',
    );
    return EXIT.interrupted;
  } finally {
    report.clear();
    await Promise.race([queue.close(), wait(1000, undefined, UNNOTICED)]);
  }
}

/** Reports the progress of the films until all are done. Resolves to whether none failed. */
async function watch(
  queue: FilmsQueue,
  waiting: Map<string, Film>,
  version: string,
  report: CliOutput,
  interrupted: AbortSignal,
): Promise<boolean> {
  const count = waiting.size;
  const stop = new Promise<never>((_resolve, reject) => {
    interrupted.addEventListener('abort', () => {
      reject(new Error('interrupted'));
    });
  });
  stop.catch(() => undefined);
  let allWell = true;
  let told = false;
  while (waiting.size > 0) {
    interrupted.throwIfAborted();
    const states = await Promise.race([queue.states([...waiting.keys()]), stop]);
    for (const state of states) {
      const film = waiting.get(state.id)!;
      if (state.state === 'done') report.done(film.from, film.to, state.result!);
      else if (state.state === 'failed') report.failed(film.from, withId(state));
      else if (state.state === 'gone') report.failed(film.from, GONE);
      else continue;
      allWell &&= state.state === 'done';
      waiting.delete(state.id);
    }
    if (waiting.size === 0) break;
    const underWay = states.filter(({ id, total }) => waiting.has(id) && total > 0);
    if (underWay.length > 0)
      report.progressOf(
        underWay.map((state) => [waiting.get(state.id)!.from, { ...state, bytes: 0 }] as const),
        count - waiting.size,
      );
    else {
      const lack = lackOfWorkers(await Promise.race([queue.load(), stop]), version);
      if (lack) report.step(lack.short);
      if (lack?.others && !told) report.notice(lack.others);
      told ||= lack?.others !== undefined;
    }
    // Many films are looked at less often.
    await Promise.race([wait(Math.max(POLL_MS, 5 * waiting.size)), stop]);
  }
  return allWell;
}

/** What to say where nobody takes films of this version. */
function lackOfWorkers(
  loads: readonly VersionLoad[],
  own: string,
): { short: string; others?: string } | null {
  const versions = loads.filter(({ workers }) => workers > 0).map(({ version }) => version);
  if (versions.includes(own)) return null;
  const short = 'Waiting for a worker: portoon worker --queue …';
  if (versions.length === 0) return { short };
  const theirs = versions.join(', ');
  return {
    short: `Waiting for a worker of version ${own}; those there have ${theirs}`,
    others: `This is Portoon ${own}, and the workers there have ${theirs}: they leave its films alone.\n  Run the same version on all machines; what is behind it tells its nets.`,
  };
}

const GONE = {
  code: 'ERR_RUNTIME',
  message: 'The film is no longer in the queue: somebody removed it, or Redis lost what it knew.',
  wayOut: 'Convert it again. Redis keeps the queue over a restart with: appendonly yes',
};

/** A failed film stays in the queue, with its segments. */
function withId({ id, fault }: FilmState) {
  const { code, message, wayOut } = fault!;
  return { code, message, wayOut: wayOut.replace(/portoon queue retry$/, `portoon queue retry ${id}`) };
}

async function whyNot({ from, to }: Film, overwrite: boolean) {
  if (!isAddress(from)) {
    const refused = await checkFilePaths(
      from,
      isAddress(to) ? `${from}.new` : to,
      overwrite || isAddress(to),
    );
    if (refused) return refused.fault;
  }
  if (isAddress(to)) return null;
  try {
    await mkdir(dirname(to), { recursive: true });
    return null;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return explainWriteError(error, to);
  }
}

/** The job of a film, with locations that every machine can reach. */
async function jobOf(
  command: Command,
  { segment, runUp, scratch }: QueueOptions,
  { from, to, format }: Film,
  id: string,
): Promise<FilmJob> {
  const given = command.background;
  const output = place(to);
  return {
    film: place(from),
    name: isAddress(from) ? from.split('?')[0]! : from,
    output,
    format,
    trim: command.trim,
    ...(command.frameRate === null ? {} : { frameRate: command.frameRate }),
    how: settingsFrom(command, (await isFile(given)) ? resolve(given) : given),
    scratch: segment === 0 ? null : scratchOf(scratch, output, id),
    segment,
    runUp,
    overwrite: command.overwrite,
  };
}

function place(given: string): string {
  return isAddress(given) ? given : resolve(given);
}

/**
 * The folder for segments. By default it is beside the new film; for a film that goes to an address
 * there is none.
 */
function scratchOf(given: string | null, output: string, id: string): string | null {
  if (given !== null) return childLocation(place(given), `${id}.segments`);
  return isAddress(output) ? null : childLocation(dirname(output), `${basename(output)}.${id}.segments`);
}
