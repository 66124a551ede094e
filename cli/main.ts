// The `germline` command: its words, its options, and the one place where errors become messages and exit codes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, Command, CommanderError, Option } from 'commander';
import { exitCodeOf } from './mistake.ts';

/** Runs a command line without the program's name. Returns the exit code. */
export async function main(words: string[]): Promise<number> {
  quietWhenNobodyReads();
  let code = 0;
  const program = commands((result) => {
    code = result;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const code = exitCodeOf(error);
  if (code !== null) {
    process.stderr.write(`${(error as Error).message}\n`);
    return code;
  }
  process.stderr.write(`germline failed where it should not have. Please report this, with the command that you ran:\n${trace(error)}\n`);
  return 1;
}

function trace(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** `germline ... | head` ends when head does. */
function quietWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

function version(): string {
  return JSON.parse(readFileSync(fileURLToPath(import.meta.resolve('germline/package.json')), 'utf8')).version;
}

const examples = (...lines: string[]) => `\nExamples:\n${lines.map((line) => `  $ germline ${line}`).join('\n')}`;

const collected = (value: string, before: string[] = []) => [...before, value];

function commands(exit: (code: number) => void): Command {
  const program = new Command('germline')
    .description('Evolves neural networks without a gradient, replayable to the byte.')
    .version(version())
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', examples('run xor', 'run mnist --seed 7 --out runs/mnist', 'export runs/mnist --format tfjs'));

  program
    .command('run')
    .description('Run an experiment: a built-in one by its name, or a JSON file.')
    .argument('[experiment]', 'name (see `germline experiments`) or file')
    .option('--seed <number>', 'the seed, 0 to 2^64 - 1; the same seed gives the same run (default: a random one)')
    .option('--generations <number>', 'end after so many generations')
    .option('--population <number>', 'individuals in a generation')
    .option('--minutes <number>', 'end after so many minutes')
    .option('--threads <number>', 'compute threads (default: one a core)')
    .option('--set <path=value>', 'set any field of the experiment; may be given again', collected)
    .option('--init <model>', 'start from a model: tfjs model.json, .safetensors, .npz, or the folder of a run')
    .option('--json', 'print one JSON object a line, and nothing else')
    .option('--out <folder>', 'keep the run in a folder: journal, experiment, champion')
    .option('--resume <folder>', 'go on with the run in a folder')
    .addHelpText(
      'after',
      examples(
        'run xor --seed 1',
        'run mnist --generations 50 --set algorithm.sigma=0.03',
        'run my.json --minutes 10 --out runs/a',
        'run --resume runs/a',
      ),
    )
    .action(async (experiment, options) => exit(await (await import('./commands/run.ts')).run(experiment, options)));

  program
    .command('replay')
    .description('Rebuild a run from its seed and journal, and compare the digests.')
    .argument('<run>', 'the folder of a run, or with --server a run of that server')
    .option('--threads <number>', 'compute threads (default: one a core)')
    .option('--json', 'print the result as one JSON object')
    .option('--server <url>', 'address of the server that has the run')
    .option('--token-file <file>', 'file that holds the token')
    .option('--ca <file>', 'certificate to believe, PEM')
    .addHelpText('after', examples('replay runs/a', 'replay mnist-4f21c0 --server http://127.0.0.1:4376'))
    .action(async (run, options) => {
      if (options.server === undefined) exit(await (await import('./commands/replay.ts')).replay(run, options));
      else exit(await (await import('./commands/remote-replay.ts')).replayRemote(run, options));
    });

  program
    .command('export')
    .description("Write a run's champion as a model that other programs read.")
    .argument('<run>', 'the folder of a run, or with --server a run of that server')
    .addOption(new Option('--format <format>', 'format of the model').choices(['tfjs', 'safetensors', 'npz']).makeOptionMandatory())
    .option('--to <path>', 'where to write: a folder for tfjs, else a file (default: beside the run)')
    .option('--server <url>', 'address of the server that has the run')
    .option('--token-file <file>', 'file that holds the token')
    .option('--ca <file>', 'certificate to believe, PEM')
    .addHelpText('after', examples('export runs/a --format tfjs --to model', 'export runs/a --format safetensors --to model.safetensors'))
    .action(async (run, options) => {
      if (options.server === undefined) exit(await (await import('./commands/export.ts')).exportChampion(run, options));
      else exit(await (await import('./commands/remote-export.ts')).exportRemote(run, options));
    });

  program
    .command('work')
    .description("Lend this machine's threads to a server, until stopped.")
    .argument('[server]', 'its address, as the server prints it (default: this machine)')
    .option('--threads <number>', 'compute threads (default: one a core)')
    .option('--memory <size>', 'memory that runs may take in all, like 4GB or 50% (default: 75% of what is available)')
    .option('--name <name>', 'what to call this machine (default: its host name)')
    .option('--token-file <file>', 'file that holds the token (or GERMLINE_TOKEN, or #token behind the address)')
    .option('--ca <file>', 'certificate to believe, PEM: that of a server with --tls self-signed')
    .option('--nice', 'let other programs of this machine go first')
    .option('--pause-on-battery', 'work only while plugged in')
    .option('--json', 'print one JSON object a line, and nothing else')
    .addHelpText(
      'after',
      examples('work', 'work http://192.168.1.7:4376/#TOKEN --threads 4 --nice', 'work wss://evolve.example/ --memory 2GB'),
    )
    .action(async (server, options) => exit(await (await import('./commands/work.ts')).work(server, options)));

  serverCommands(program, exit);

  const experiments = program
    .command('experiments')
    .description('List the built-in experiments.')
    .addHelpText('after', examples('experiments', 'experiments show mnist > my.json'))
    .action(async () => exit((await import('./commands/experiments.ts')).list()));
  experiments
    .command('show')
    .description('Print an experiment as JSON, every default filled in.')
    .argument('<experiment>', 'name or file')
    .option('--set <path=value>', 'set a field; may be given again', collected)
    .addHelpText('after', examples('experiments show mnist', 'experiments show mnist --set population=10000'))
    .action(async (name, options) => exit(await (await import('./commands/experiments.ts')).show(name, options)));

  const data = program
    .command('data')
    .description('Datasets: list, fetch, add.')
    .addHelpText('after', examples('data list', 'data fetch fashion-mnist', 'data add iris --csv iris.csv --target species'));
  data
    .command('list')
    .description('List the datasets that there are, and those that can be fetched.')
    .option('--json', 'print them as JSON, one a line')
    .addHelpText('after', examples('data list'))
    .action(async (options) => exit(await (await import('./commands/data.ts')).list(options)));
  data
    .command('fetch')
    .description('Download a dataset from its public mirrors, or take its files from a folder.')
    .argument('<name>', 'its name')
    .option('--from <folder>', 'take the files from here instead of downloading them')
    .addHelpText('after', examples('data fetch mnist', 'data fetch fashion-mnist --from /usr/share/datasets/fashion-mnist'))
    .action(async (name, options) => exit(await (await import('./commands/data.ts')).fetch(name, options)));
  data
    .command('add')
    .description('Add a dataset of your own: IDX images and labels, or a CSV table.')
    .argument('<name>', 'what to call it')
    .option('--images <file>', 'IDX file of the examples')
    .option('--labels <file>', 'IDX file of their classes')
    .option('--test-images <file>', 'IDX file of the test examples')
    .option('--test-labels <file>', 'IDX file of their classes')
    .option('--csv <file>', 'CSV file with a header')
    .option('--target <column>', 'its column to predict')
    .option('--npz <file>', 'NumPy archive with x and y, or x_train, y_train, x_test, y_test')
    .option('--replace', 'overwrite a dataset that was added under this name')
    .addHelpText(
      'after',
      examples('data add digits --images images.idx.gz --labels labels.idx.gz', 'data add iris --csv iris.csv --target species'),
    )
    .action(async (name, options) => exit(await (await import('./commands/data.ts')).add(name, options)));

  strict(program, 'germline');
  return program;
}

/** Commands about a server: to be one, and to ask one. */
function serverCommands(program: Command, exit: (code: number) => void): void {
  program
    .command('serve')
    .description('Coordinate runs: workers lend their threads, everyone looks on.')
    .option('--host <address>', 'address to bind (default: 127.0.0.1; any other asks everyone for a token)')
    .option('--port <number>', 'port (default: 4376; 0: any that is free)')
    .option('--data <folder>', 'where runs are kept (default: ./germline-data)')
    .option('--work [threads]', 'lend this machine as well (default: one thread a core)')
    .option('--first-run <experiment>', 'submit this where the folder holds no run: name (see `germline experiments`) or file')
    .option('--tokens', 'ask for tokens on this machine too')
    .option('--public-url <url>', 'how the world calls this server, behind a proxy')
    .option('--trust-proxy', 'believe the proxy in front about where requests come from')
    .addOption(new Option('--tls <kind>', 'serve HTTPS with a certificate that the server makes itself').choices(['self-signed']))
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .addOption(new Option('--log-level <level>', 'what to log to stderr').choices(['fatal', 'error', 'warn', 'info', 'debug', 'silent']))
    .option('--json', 'print where it serves as one JSON object')
    .addHelpText('after', examples('serve --work', 'serve --work --first-run mnist', 'serve --host 0.0.0.0 --data /srv/germline'))
    .action(async (options) => exit(await (await import('./commands/serve.ts')).serve(options)));

  const client = (command: Command) =>
    command
      .option('--server <url>', 'address of the server (default: this machine, or GERMLINE_SERVER)')
      .option('--token-file <file>', 'file that holds the token (or GERMLINE_TOKEN, or #token behind the address)')
      .option('--ca <file>', 'certificate to believe, PEM: that of a server with --tls self-signed')
      .option('--json', 'print JSON, and nothing else');
  client(program.command('submit'))
    .description('Start a run on a server: a built-in experiment by its name, or a JSON file.')
    .argument('<experiment>', 'name (see `germline experiments`) or file')
    .option('--seed <number>', 'the seed, 0 to 2^64 - 1 (default: a random one)')
    .option('--generations <number>', 'end after so many generations')
    .option('--population <number>', 'individuals in a generation')
    .option('--minutes <number>', 'end after so many minutes')
    .option('--set <path=value>', 'set any field of the experiment; may be given again', collected)
    .option('--no-start', 'only put it there; germline resume starts it')
    .option('--watch', 'show it until it is over')
    .addHelpText('after', examples('submit mnist --watch', 'submit my.json --seed 7 --server http://192.168.1.7:4376/#TOKEN'))
    .action(async (experiment, options) => exit(await (await import('./commands/submit.ts')).submit(experiment, options)));
  client(program.command('runs'))
    .description('List the runs of a server.')
    .addHelpText('after', examples('runs', 'runs --json'))
    .action(async (options) => exit(await (await import('./commands/runs.ts')).list(options)));
  const about = (name: string, description: string) =>
    client(program.command(name))
      .description(description)
      .argument('<run>', 'its id, or the beginning of it')
      .addHelpText('after', examples(`${name} mnist-4f21c0`));
  about('show', 'Say all about a run of a server.').action(async (run, options) =>
    exit(await (await import('./commands/runs.ts')).show(run, options)),
  );
  about('watch', 'Show a run of a server, live, until it is over.').action(async (run, options) =>
    exit(await (await import('./commands/watch.ts')).watch(run, options)),
  );
  for (const [name, description] of [
    ['pause', 'Pause a run of a server; germline resume goes on.'],
    ['resume', 'Go on with a run that was paused, stopped, or failed.'],
    ['stop', 'Stop a run of a server.'],
  ] as const) {
    about(name, description).action(async (run, options) => exit(await (await import('./commands/runs.ts')).act(name, run, options)));
  }
  about('delete', 'Delete a run of a server, with all that it made.').action(async (run, options) =>
    exit(await (await import('./commands/runs.ts')).remove(run, options)),
  );

  const token = program
    .command('token')
    .description('Who may use a server: make tokens, list them, take them back.')
    .addHelpText('after', examples('token create worker --note "the lab"', 'token list', 'token revoke 1f2e3d4c'));
  const kept = (command: Command) =>
    command
      .option('--data <folder>', "the server's data folder (default: ./germline-data)")
      .option('--json', 'print JSON, and nothing else');
  kept(token.command('create'))
    .description('Make a token; it is shown this once only.')
    .addArgument(new Argument('<role>', 'what it is good for').choices(['worker', 'viewer', 'admin']))
    .option('--note <text>', 'for people: who has it')
    .addHelpText('after', examples('token create worker --note "the lab"'))
    .action(async (role, options) => exit(await (await import('./commands/token.ts')).create(role, options)));
  kept(token.command('list'))
    .description('List the tokens.')
    .addHelpText('after', examples('token list'))
    .action(async (options) => exit(await (await import('./commands/token.ts')).list(options)));
  kept(token.command('revoke'))
    .description('Take a token back: its connections end.')
    .argument('<id>', 'as germline token list shows it')
    .addHelpText('after', examples('token revoke 1f2e3d4c'))
    .action(async (id, options) => exit(await (await import('./commands/token.ts')).revoke(id, options)));
}

/** Errors are thrown instead of ending the process, and say which help to look at. */
function strict(command: Command, name: string): void {
  command.exitOverride().showHelpAfterError(`(see ${name} --help)`);
  for (const inner of command.commands) strict(inner, `${name} ${inner.name()}`);
}
