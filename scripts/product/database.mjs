import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint } from '../build/fingerprint.mjs';
import { root } from '../paths.mjs';
import { readJson, writeWhole } from '../setup/cache.mjs';
import { compiledCodeEnvironment, nodeForChildren } from '../setup/node.mjs';
import { SetupProblem } from '../setup/problem.mjs';
import { lastLines, run } from '../setup/run.mjs';

/**
 * What start does with the database through the product's own programs. `.adjutant/database.json` remembers which database was
 * brought to which state, so that a second start does nothing. A private database carries a mark of its own: when its folder
 * was thrown away, the note no longer fits.
 */
export function createDatabaseSteps({ stateFolder, environment, databaseUrl, isPrivate }) {
  const notePath = join(stateFolder, 'database.json');
  const ownerKeyPath = join(stateFolder, 'owner.key');
  const which = () =>
    isPrivate
      ? markOf(databaseUrl())
      : Promise.resolve(createHash('sha256').update(databaseUrl()).digest('hex'));
  const program = (args) => runProgram(args, { ...environment(), DATABASE_URL: databaseUrl() });

  async function migrate() {
    const [database, sources, note] = await Promise.all([
      which(),
      fingerprint(['src', 'package-lock.json']),
      readJson(notePath, {}),
    ]);
    if (isPrivate && note.database === database && note.sources === sources) return false;
    await program(['src/db/migrate.ts']);
    await writeWhole(notePath, JSON.stringify({ ...note, database: await which(), sources }));
    return true;
  }

  /** @returns {Promise<string>} a link that signs a browser in once; the owner's key is made and stored with the first one */
  async function issueLink() {
    const note = await readJson(notePath, {});
    const known = await readFile(ownerKeyPath, 'utf8').catch(() => '');
    const wantsKey = !known || note.ownerKeyOf !== note.database;
    const { link, ownerKey } = answerIn(
      await program(['src/db/issue-link.ts', ...(wantsKey ? ['--owner-key'] : [])]),
    );
    if (ownerKey) {
      await writeWhole(ownerKeyPath, `${ownerKey}\n`);
      await writeWhole(notePath, JSON.stringify({ ...note, ownerKeyOf: note.database }));
    }
    return link;
  }

  return { migrate, issueLink };
}

/** The program's answer is its last line of JSON; a warning of Node's may follow it. */
export function answerIn(output) {
  return JSON.parse(
    output
      .trim()
      .split('\n')
      .findLast((line) => line.startsWith('{')),
  );
}

/** A comment on the database is the mark: it is part of the data, needs no table and survives every migration. */
async function markOf(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = current_database()`,
    );
    if (rows[0].mark) return rows[0].mark;
    const mark = randomUUID();
    await client.query(`COMMENT ON DATABASE ${client.escapeIdentifier(client.database)} IS '${mark}'`);
    return mark;
  } finally {
    await client.end();
  }
}

async function runProgram(args, env) {
  const { code, output } = await run(nodeForChildren(), args, {
    cwd: root,
    env: { ...process.env, ...compiledCodeEnvironment(), ...env },
    timeoutMs: 120_000,
  });
  if (code !== 0)
    throw new SetupProblem(`\`node ${args.join(' ')}\` did not end well.`, [lastLines(output, 12)]);
  return output;
}
