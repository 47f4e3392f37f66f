/**
 * `npm run api`: writes docs/api.md, the reference of all that the package exports, from the
 * declarations and their comments. `npm run check:api` fails where the file is not up to date, so
 * that no change of the package's interface goes unnoticed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'docs/api.md');
const ENTRIES = {
  portoon: 'src/index.ts',
  'portoon/livekit': 'src/package/livekit.ts',
  'portoon/jitsi': 'src/package/jitsi.ts',
};
const HEAD = `# The package's reference

Written by \`npm run api\` from the code; change the comments there. How to use it: [the package in your own
page](guides/package.md).
`;

/** The declarations of every module of the package, by its path. */
function declare(): {
  program: ts.Program;
  declarations: ReadonlyMap<string, ts.SourceFile>;
} {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.library.json'), (path) =>
    ts.sys.readFile(path),
  ) as {
    config: unknown;
  };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(fileNames, options);
  const declarations = new Map<string, ts.SourceFile>();
  program.emit(undefined, (name, text, _mark, _error, [source] = []) => {
    if (!source) return;
    declarations.set(source.fileName, ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
  });
  return { program, declarations };
}

/** The statements of a module that declare a name, without private members. */
function declarationOf(file: ts.SourceFile, name: string): string {
  const found = file.statements.filter((statement) =>
    ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.some((one) => one.name.getText() === name)
      : 'name' in statement && (statement.name as ts.Node | undefined)?.getText() === name,
  );
  if (found.length === 0) throw new Error(`${file.fileName} declares no ${name}.`);
  return found
    .map(withoutPrivate)
    .join('\n')
    .replaceAll(/^export /gm, '')
    .replaceAll(/^declare /gm, '');
}

function withoutPrivate(statement: ts.Statement): string {
  const text = statement.getFullText();
  if (!ts.isClassDeclaration(statement)) return text;
  const hidden = statement.members.filter(
    (member) => ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(isPrivate),
  );
  return hidden.reduceRight(
    (rest, member) => rest.slice(0, member.pos - statement.pos) + rest.slice(member.end - statement.pos),
    text,
  );
}

function isPrivate({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword;
}

async function reference(): Promise<string> {
  const { program, declarations } = declare();
  const checker = program.getTypeChecker();
  const parts = [HEAD];
  const told = new Set<ts.Symbol>();
  for (const [name, path] of Object.entries(ENTRIES)) {
    parts.push(`## ${name}\n`);
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, path))!)!;
    const symbols = checker.getExportsOfModule(module).sort((a, b) => a.name.localeCompare(b.name));
    const again: string[] = [];
    for (const symbol of symbols) {
      const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (told.has(original)) {
        again.push(`\`${symbol.name}\``);
        continue;
      }
      told.add(original);
      const source = original.declarations![0]!.getSourceFile();
      const text = declarationOf(declarations.get(source.fileName)!, original.name).trim();
      parts.push(`### ${symbol.name}\n\n\`\`\`ts\n${text}\n\`\`\`\n`);
    }
    if (again.length > 0) parts.push(`Also ${again.join(', ')}, as above.\n`);
  }
  return format(parts.join('\n'), { ...(await resolveConfig(target)), filepath: target });
}

const text = await reference();
if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    process.stdout.write(
      'The exports of the package, or their comments, have changed: run npm run api, look at the change of docs/api.md, and say it in CHANGELOG.md.\n',
    );
    process.exitCode = 1;
  }
} else await writeFile(target, text);
