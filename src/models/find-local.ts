// Model servers that people run on their own machine, at the ports that they have by default. Only loopback is asked, and briefly.

export interface LocalServer {
  name: string;
  /** Ends in `/v1`. */
  baseUrl: string;
  models: string[];
}

export interface LocalPlace {
  name: string;
  port: number;
}

const usualPlaces: readonly LocalPlace[] = [
  { name: 'Ollama', port: 11_434 },
  { name: 'LM Studio', port: 1_234 },
];
const briefMs = 400;
/** A server with more is shown with these. */
const mostModels = 50;

/** Those that answer with a list of models; whoever does not, in time and in sense, is not there. */
export async function findLocal(places: readonly LocalPlace[] = usualPlaces): Promise<LocalServer[]> {
  const answers = await Promise.all(places.map(ask));
  return answers.flatMap((server) => server ?? []);
}

async function ask({ name, port }: LocalPlace): Promise<LocalServer | null> {
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  try {
    const response = await fetch(`${baseUrl}/models`, {
      signal: AbortSignal.timeout(briefMs),
      redirect: 'error',
    });
    const body = (await response.json()) as { data?: unknown };
    if (!response.ok || !Array.isArray(body?.data)) return null;
    const models = body.data.flatMap((each: { id?: unknown } | null) =>
      typeof each?.id === 'string' && each.id !== '' ? [each.id.slice(0, 200)] : [],
    );
    return { name, baseUrl, models: models.slice(0, mostModels) };
  } catch {
    return null;
  }
}
