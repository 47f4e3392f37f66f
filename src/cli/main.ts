/** `portoon`: the command line. */
import { convert, EXIT } from './convert.ts';
import { copyAssets } from './copy-assets.ts';
import { HELP, readCommand, UsageError } from './options.ts';

async function main([verb, ...args]: readonly string[]): Promise<number> {
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    process.stdout.write(HELP);
    return verb === undefined ? EXIT.usage : EXIT.fine;
  }
  try {
    if (verb === 'copy-assets') {
      await copyAssets(args);
      return EXIT.fine;
    }
    if (verb !== 'convert')
      throw new UsageError(`There is no command ${verb}; there are convert and copy-assets.`);
    const command = readCommand(args);
    if (!command) {
      process.stdout.write(HELP);
      return EXIT.fine;
    }
    const interrupt = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      // A second one ends it at once.
      process.once(signal, () => {
        interrupt.abort();
      });
    return await convert(command, interrupt.signal);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (!(error instanceof UsageError)) return EXIT.failed;
    process.stderr.write('portoon convert --help tells more.\n');
    return EXIT.usage;
  }
}

process.exitCode = await main(process.argv.slice(2));
