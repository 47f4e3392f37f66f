/** `portoon`: the command line. */
import { ownVersion } from './app.ts';
import { convert, EXIT } from './convert.ts';
import { copyAssets } from './copy-assets.ts';
import { HELP, readCommand, UsageError } from './options.ts';
import { queue } from './queue.ts';
import { convertInQueue } from './queue-convert.ts';
import { CliOutput } from './cli-output.ts';
import { worker } from './worker.ts';

async function main([verb, ...args]: readonly string[]): Promise<number> {
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    process.stdout.write(HELP);
    return verb === undefined ? EXIT.usage : EXIT.fine;
  }
  if (verb === '--version' || args.includes('--version')) {
    process.stdout.write(`${await ownVersion()}\n`);
    return EXIT.fine;
  }
  // A command that cannot be parsed is still answered in the format that it asks for.
  const report = new CliOutput(args.includes('--json'));
  try {
    if (verb === 'copy-assets') {
      await copyAssets(args);
      return EXIT.fine;
    }
    if (verb === 'start') {
      // Loaded only then: nothing else needs a server that people see.
      const { start } = await import('../server/start.ts');
      return await start(args);
    }
    if (verb === 'queue') return await queue(args);
    if (verb !== 'convert' && verb !== 'worker')
      throw new UsageError(
        `Unknown command "${verb}". There are: start, convert, worker, queue, copy-assets.`,
      );
    const interrupt = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      // A second signal ends the program immediately.
      process.once(signal, () => {
        interrupt.abort();
      });
    if (verb === 'worker') return await worker(args, report, interrupt.signal);
    const command = readCommand(args);
    if (!command) {
      process.stdout.write(HELP);
      return EXIT.fine;
    }
    return command.queue
      ? await convertInQueue(command, command.queue, report, interrupt.signal)
      : await convert(command, report, interrupt.signal);
  } catch (error) {
    if (error instanceof UsageError) {
      report.ended(error.code, error.message, error.wayOut);
      return EXIT.usage;
    }
    const message = error instanceof Error ? error.message : String(error);
    const wayOut =
      error instanceof Error && 'wayOut' in error
        ? String(error.wayOut)
        : 'Try again; if it comes back, tell us what you did.';
    report.ended('ERR_RUNTIME', message, wayOut);
    return EXIT.failed;
  }
}

process.exitCode = await main(process.argv.slice(2));
