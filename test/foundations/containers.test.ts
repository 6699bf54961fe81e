import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

/** No container engine is needed: what can be wrong in these files without one is checked here. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

interface Service {
  image?: string;
  build?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  ports?: (string | number)[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const dockerfile = read('Dockerfile');
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
const pinned = /^[\w./-]+:\d+(\.\d+)+(-[\w.]+)?$/;

/** Once-only services end; nobody asks them how they are. */
const jobs = ['temporal-schema', 'temporal-namespace', 'migrate'];
const ours = services.filter(([, service]) => service.build);

describe('docker-compose.yml', () => {
  test('has PostgreSQL, Redis, Temporal with its Web UI, the migration, the API and the worker', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['postgres', 'redis', 'temporal', 'temporal-ui', 'migrate', 'api', 'worker']),
    );
  });

  test('pins every image to a version', () => {
    expect(services.filter(([, { image }]) => !pinned.test(image ?? '')).map(([name]) => name)).toEqual([]);
  });

  test('takes PostgreSQL 15 or newer and Redis 7 or newer', () => {
    const major = (name: string) => Number(/:(\d+)/.exec(compose.services[name]?.image ?? '')?.[1]);
    expect(major('postgres')).toBeGreaterThanOrEqual(15);
    expect(major('redis')).toBeGreaterThanOrEqual(7);
  });

  test('asks every lasting server how it is', () => {
    const without = services
      .filter(
        ([name, service]) => !jobs.includes(name) && name !== 'temporal-ui' && !service.healthcheck?.test,
      )
      .map(([name]) => name);
    expect(without).toEqual([]);
  });

  test('waits for what it needs, and each thing that is waited for exists', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect([name, needed, Object.keys(compose.services).includes(needed)]).toEqual([name, needed, true]);
        const expected = jobs.includes(needed) ? 'service_completed_successfully' : 'service_healthy';
        expect([name, needed, condition]).toEqual([name, needed, expected]);
      }
    }
    for (const name of ['api', 'worker']) {
      expect(Object.keys(compose.services[name]?.depends_on ?? {})).toEqual(
        expect.arrayContaining(['migrate', 'redis', 'temporal-namespace']),
      );
    }
  });

  test('opens the page, Temporal and its Web UI, the latter two to this machine only', () => {
    expect(compose.services.api?.ports).toEqual(['4800:4800']);
    expect(compose.services.temporal?.ports).toEqual(['127.0.0.1:7233:7233']);
    expect(compose.services['temporal-ui']?.ports).toEqual(['127.0.0.1:8080:8080']);
    expect(compose.services.postgres?.ports).toBeUndefined();
    expect(compose.services.redis?.ports).toBeUndefined();
  });

  test('keeps the record and the files in named volumes, and mounts only what exists', () => {
    for (const [name, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const source = volume.split(':')[0] ?? '';
        const known = source.startsWith('./') ? existsSync(`${root}${source}`) : source in compose.volumes;
        expect([name, volume, known]).toEqual([name, volume, true]);
      }
    }
    expect(compose.services.postgres?.volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(compose.services.api?.volumes).toEqual(compose.services.worker?.volumes);
  });

  test('starts our roles with commands that are package scripts', () => {
    const known = Object.values(scripts);
    for (const [name, { command = [] }] of ours) {
      expect([name, known.includes(command.join(' '))]).toEqual([name, true]);
    }
    expect(ours.map(([name]) => name)).toEqual(['migrate', 'api', 'worker']);
  });

  test('sets only variables that the configuration reads, and all that it demands', () => {
    const source = read('src/config.ts');
    const page = existsSync(`${root}docs/configuration.md`) ? read('docs/configuration.md') : null;
    for (const [name, { environment = {} }] of ours) {
      for (const variable of Object.keys(environment)) {
        expect([name, variable, new RegExp(`\\b${variable}:`).test(source)]).toEqual([name, variable, true]);
        if (page) expect([variable, page.includes(`\`${variable}\``)]).toEqual([variable, true]);
      }
      expect(Object.keys(environment)).toEqual(
        expect.arrayContaining(['DATABASE_URL', 'REDIS_URL', 'TEMPORAL_ADDRESS', 'SECRET_KEY']),
      );
    }
  });

  test('asks for every variable that it takes from the person in deploy/example.env', () => {
    const asked = new Set(
      [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map((match) => match[1] ?? ''),
    );
    const given = new Set(
      [...read('deploy/example.env').matchAll(/^(\w+)=/gm)].map((match) => match[1] ?? ''),
    );
    expect([...asked].toSorted()).toEqual([...given].toSorted());
  });
});

describe('Dockerfile', () => {
  const instructions = dockerfile
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const last = instructions.findLastIndex((line) => line.startsWith('FROM '));
  const final = instructions.slice(last);

  test('stands on pinned Node 24 images in more than one stage', () => {
    const images = instructions
      .filter((line) => line.startsWith('FROM '))
      .map((line) => line.split(' ')[1] ?? '');
    expect(images.length).toBeGreaterThan(1);
    for (const image of images) expect(image).toMatch(/^node:24\.\d+\.\d+-slim$/);
  });

  test('installs from the lock and leaves development packages out of the last stage', () => {
    expect(dockerfile).not.toMatch(/npm (install|i) /);
    expect(dockerfile).toMatch(/npm ci --omit=dev/);
    expect(final.join('\n')).not.toMatch(/npm /);
  });

  test('runs as a user without rights, opens its port, and asks how the process is', () => {
    expect(final).toContain('USER node');
    expect(final).toContain('EXPOSE 4800');
    expect(final.find((line) => line.startsWith('HEALTHCHECK'))).toContain('deploy/health-check.mjs');
    expect(final.indexOf('USER node')).toBeLessThan(final.findIndex((line) => line.startsWith('CMD')));
  });

  test('starts with a package script, and sets only variables that the configuration reads', () => {
    const command = JSON.parse((final.find((line) => line.startsWith('CMD ')) ?? '').slice(4)) as string[];
    expect(Object.values(scripts)).toContain(command.join(' '));
    const source = read('src/config.ts');
    const env = final.find((line) => line.startsWith('ENV ')) ?? '';
    const names = [...env.matchAll(/(\w+)=/g)].map((match) => match[1] ?? '');
    const unread = names.filter((name) => !new RegExp(`\\b${name}:`).test(source));
    // These two belong to Node; the option's own text holds an equals sign as well.
    expect(unread.filter((name) => !['NODE_ENV', 'NODE_OPTIONS', 'warning'].includes(name))).toEqual([]);
  });

  test('copies every folder that the product is made of, and nothing that is not there', () => {
    const copied = final
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(copied).toEqual(expect.arrayContaining(['src', 'workflows', 'activities', 'workers']));
    const made = new Set(['activities', 'client', 'deploy', 'samples', 'src', 'workers', 'workflows']);
    const missing = copied.filter((path) => !existsSync(`${root}${path}`) && !made.has(path));
    expect(missing).toEqual([]);
  });
});

test('what runs in a container is executable there', () => {
  const folder = `${root}deploy/temporal/`;
  const scriptsThere = readdirSync(folder).filter((name) => name.endsWith('.sh'));
  expect(scriptsThere.filter((name) => !(statSync(`${folder}${name}`).mode & 0o100))).toEqual([]);
  expect(statSync(`${root}.ci/run`).mode & 0o100).not.toBe(0);
});

test('.ci/run calls npm test and nothing else', () => {
  const lines = read('.ci/run').split('\n');
  const commands = lines.filter((line) => line !== '' && !line.startsWith('#'));
  expect(commands).toEqual(['set -e', 'cd "$(dirname "$0")/.."', 'npm test']);
});
