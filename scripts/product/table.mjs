import { root, stateFolder } from '../paths.mjs';
import { nodeForChildren } from '../setup/node.mjs';
import { run } from '../setup/run.mjs';
import { bold, dim, say } from '../terminal.mjs';
import { answerIn } from './database.mjs';

/** The last thing that a start prints. */
export function showTable({ page, docs, temporalUi }, took) {
  say(`\n${bold('Adjutant is ready')}${took ? dim(`, after ${took}`) : ''}\n`);
  showRows({ page, docs, temporalUi });
  row('Stop', 'Ctrl-C (everything goes on at the next npm start)');
  if (!process.env.OPENAI_API_KEY && !process.env.ANTHROPIC_API_KEY && !process.env.LLAMA_BASE_URL) {
    say(
      dim(
        '\n  The built-in model is for trying things out. For real work set OPENAI_API_KEY, ANTHROPIC_API_KEY or LLAMA_BASE_URL.',
      ),
    );
  }
  say();
}

/** A second start in the same checkout: where the first one is to be found, with a fresh link. */
export async function showRunning(holder, endpoints) {
  if (!endpoints) {
    say(
      `Adjutant is being started here already (process ${holder.pid}); its addresses will stand in ${stateFolder}/endpoints.json.`,
    );
    return;
  }
  const env = { ...process.env, DATABASE_URL: endpoints.databaseUrl, PUBLIC_URL: endpoints.page };
  const { code, output } = await run(nodeForChildren(), ['src/db/issue-link.ts'], {
    cwd: root,
    env,
    timeoutMs: 15_000,
  });
  say(`\n${bold('Adjutant is running here already')}${dim(` (process ${holder.pid})`)}\n`);
  showRows({ ...endpoints, page: code === 0 ? answerIn(output).link : endpoints.page });
  say();
}

function showRows({ page, docs, temporalUi }) {
  row('Page', `${page}${page.includes('#') ? dim('  (signs you in, once)') : ''}`);
  row('API reference', docs);
  if (temporalUi) row('Temporal Web UI', temporalUi);
  row('Try it', 'npm run sample');
}

const row = (name, value) => say(`  ${name.padEnd(17)}${value}`);
