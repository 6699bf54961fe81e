import { Context } from '@temporalio/activity';
import type OpenAI from 'openai';
import type pg from 'pg';

interface Step {
  runId: string;
  stepId: string;
  goal: string;
}

/** As ours. */
const heartbeatMs = 6000;

export type PlainActivities = ReturnType<typeof createPlainActivities>;

export const plainTables = [
  `CREATE TABLE IF NOT EXISTS plain_runs (id text PRIMARY KEY, status text NOT NULL, output text, started_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz)`,
  `CREATE TABLE IF NOT EXISTS plain_steps (run_id text NOT NULL, id text NOT NULL, status text NOT NULL, goal text NOT NULL, output text,
     input_tokens integer, output_tokens integer, started_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz, PRIMARY KEY (run_id, id))`,
];

/** What a careful person would write: one row per step, written before and after, statements that may be repeated. */
export function createPlainActivities({
  pool,
  openai,
  model,
}: {
  pool: pg.Pool;
  openai: OpenAI;
  model: string;
}) {
  return {
    async beginRun(runId: string): Promise<void> {
      await pool.query(
        `INSERT INTO plain_runs (id, status) VALUES ($1, 'running') ON CONFLICT (id) DO NOTHING`,
        [runId],
      );
    },
    async beginStep({ runId, stepId, goal }: Step): Promise<void> {
      await pool.query(
        `INSERT INTO plain_steps (run_id, id, status, goal) VALUES ($1, $2, 'running', $3) ON CONFLICT (run_id, id) DO NOTHING`,
        [runId, stepId, goal],
      );
    },
    async callModel({ runId, stepId, goal }: Step): Promise<string> {
      const context = Context.current();
      const beating = setInterval(() => context.heartbeat(), heartbeatMs);
      const answer = await openai.chat.completions
        .create(
          { model, messages: [{ role: 'user', content: goal }] },
          { signal: context.cancellationSignal },
        )
        .finally(() => clearInterval(beating));
      const text = answer.choices[0]?.message.content ?? '';
      await pool.query(
        `UPDATE plain_steps SET status = 'completed', output = $3, input_tokens = $4, output_tokens = $5, ended_at = now() WHERE run_id = $1 AND id = $2`,
        [runId, stepId, text, answer.usage?.prompt_tokens ?? 0, answer.usage?.completion_tokens ?? 0],
      );
      return text;
    },
    async endRun(runId: string, output: string): Promise<void> {
      await pool.query(
        `UPDATE plain_runs SET status = 'completed', output = $2, ended_at = now() WHERE id = $1`,
        [runId, output],
      );
    },
  };
}
