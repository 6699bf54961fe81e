import * as z from 'zod';

/**
 * Reads the environment once, reports every problem at once; nobody else reads it. On one machine `npm start` sets what is
 * not given. Every variable is described in docs/configuration.md.
 */
const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');
const port = z.coerce.number().int().min(0).max(65_535);

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(12),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  TEMPORAL_ADDRESS: z.string().min(3),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS: flag.default(false),
  TEMPORAL_UI_URL: z.url().optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_MODEL: z.string().min(1).optional(),
  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  ANTHROPIC_BASE_URL: z.url().optional(),
  ANTHROPIC_MODEL: z.string().min(1).optional(),
  LLAMA_BASE_URL: z.url().optional(),
  LLAMA_MODEL: z.string().min(1).optional(),
  LLAMA_FIT: z.string().optional(),
  LLAMA_PORT: port.default(0),
  FILES_DIR: z.string().min(1).default('.adjutant/files'),
  PORT: port.default(4800),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: z.url().optional(),
  WEB_DIR: z.string().min(1).default('dist/web'),
  WORKFLOW_BUNDLE: z.string().min(1).optional(),
  WORKER_QUEUES: z.string().default('orchestrate,models,files,tools'),
  WORKER_HEALTH_PORT: port.default(0),
  DISPATCHER: flag.default(true),
  SECRET_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
    .optional(),
  TOOL_PRIVATE_HOSTS: z.string().default(''),
  TOOL_COMMANDS: flag.default(false),
  BRAVE_API_KEY: z.string().min(8).optional(),
  TAVILY_API_KEY: z.string().min(8).optional(),
  SEARXNG_URL: z.url({ protocol: /^https?$/ }).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  MODEL_STALL_SECONDS: z.coerce.number().min(0.05).max(600).default(60),
});

export type Config = ReturnType<typeof shape>;
export type Queue = 'orchestrate' | 'models' | 'files' | 'tools';

function shape(env: z.infer<typeof Environment>) {
  return {
    database: { url: env.DATABASE_URL, poolSize: env.DATABASE_POOL },
    redisUrl: env.REDIS_URL,
    temporal: {
      address: env.TEMPORAL_ADDRESS,
      namespace: env.TEMPORAL_NAMESPACE,
      apiKey: env.TEMPORAL_API_KEY,
      tls: env.TEMPORAL_TLS || env.TEMPORAL_API_KEY !== undefined,
      uiUrl: env.TEMPORAL_UI_URL,
    },
    models: {
      openai: env.OPENAI_API_KEY
        ? { apiKey: env.OPENAI_API_KEY, baseUrl: env.OPENAI_BASE_URL, model: env.OPENAI_MODEL }
        : undefined,
      anthropic: env.ANTHROPIC_API_KEY
        ? { apiKey: env.ANTHROPIC_API_KEY, baseUrl: env.ANTHROPIC_BASE_URL, model: env.ANTHROPIC_MODEL }
        : undefined,
      llama: env.LLAMA_BASE_URL
        ? { baseUrl: env.LLAMA_BASE_URL, model: env.LLAMA_MODEL, fit: env.LLAMA_FIT?.split(',') }
        : undefined,
      stallMs: Math.round(env.MODEL_STALL_SECONDS * 1000),
    },
    llamaServer: { port: env.LLAMA_PORT, modelPath: env.LLAMA_MODEL },
    filesDir: env.FILES_DIR,
    http: { port: env.PORT, host: env.HOST, publicUrl: env.PUBLIC_URL ?? `http://${env.HOST}:${env.PORT}` },
    webDir: env.WEB_DIR,
    workflowBundle: env.WORKFLOW_BUNDLE,
    worker: { queues: queuesOf(env.WORKER_QUEUES), healthPort: env.WORKER_HEALTH_PORT },
    dispatcher: env.DISPATCHER,
    secretKey: env.SECRET_KEY,
    tools: {
      privateHosts: namesOf(env.TOOL_PRIVATE_HOSTS),
      commands: env.TOOL_COMMANDS,
      search: {
        braveKey: env.BRAVE_API_KEY,
        tavilyKey: env.TAVILY_API_KEY,
        searxngUrl: env.SEARXNG_URL,
      },
    },
    logLevel: env.LOG_LEVEL,
  };
}

function queuesOf(list: string): Queue[] {
  return list.split(',').map((name) => name.trim()) as Queue[];
}

function namesOf(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

/**
 * @param env the process environment; empty values count as not given.
 * @throws Error that names every variable that is missing or wrong, one line each.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (parsed.success) return shape(parsed.data);
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `  ${name}: ${given[name] === undefined ? 'is missing' : issue.message}`;
  });
  throw new Error(
    `The configuration has ${lines.length} problem(s):\n${lines.join('\n')}\nSee docs/configuration.md.`,
  );
}

/** For the roles that need nothing but the database (migrations, sign-in links). */
export function readDatabaseUrl(env: Record<string, string | undefined> = process.env): string {
  const parsed = Environment.shape.DATABASE_URL.safeParse(env.DATABASE_URL);
  if (parsed.success) return parsed.data;
  throw new Error('DATABASE_URL is missing or is no postgres:// address. See docs/configuration.md.');
}

/** Where the page is to be found, for whoever makes links to it. */
export function readPublicUrl(env: Record<string, string | undefined> = process.env): string {
  const parsed = Environment.shape.PUBLIC_URL.safeParse(env.PUBLIC_URL || undefined);
  if (parsed.success && parsed.data !== undefined) return parsed.data;
  throw new Error('PUBLIC_URL is missing or is no address. See docs/configuration.md.');
}
