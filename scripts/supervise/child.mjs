import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { logPath, openLog, sizeOf, tailOf } from './logs.mjs';
import { startTimeOf, stopProcess } from './processes.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const longestBackOffMs = 2500;
const backOffMs = (deaths) => Math.min(longestBackOffMs, 150 * 2 ** (deaths - 1));
const windowMs = 60_000;
const bindFailed = /EADDRINUSE|address already in use/i;

/**
 * One child and its life: started, watched until ready, started again when it dies, given up after too many deaths in a
 * minute.
 *
 * @typedef {object} ChildSpec
 * @property {string} role its name in logs and in endpoints.json
 * @property {string} [title] its name for people
 * @property {() => { command: string, args?: string[], env?: object, cwd: string, uid?: number, gid?: number }} launch asked
 *   again at every start, because a port may have changed
 * @property {(pid: number) => Promise<boolean>} ready
 * @property {number} order children with a lower number are stopped first
 * @property {NodeJS.Signals} [signal]
 * @property {number} [graceMs] how long it may take to end by itself
 * @property {number} [readyMs] how long it may take to become ready
 * @property {() => Promise<void>} [takeNextPort] called when it could not bind at its first start
 */
export class Child {
  /** @param {ChildSpec} spec */
  constructor(spec, { stateFolder, watchers, maxDeaths, onRestarted, onGivenUp, say }) {
    this.spec = spec;
    this.log = logPath(stateFolder, spec.role);
    this.deaths = [];
    this.stopping = false;
    this.wasReady = false;
    Object.assign(this, { stateFolder, watchers, maxDeaths, onRestarted, onGivenUp, say });
  }

  get pid() {
    return this.record?.pid;
  }

  get title() {
    return this.spec.title ?? this.spec.role;
  }

  /** @throws Error with the end of its log when it does not become ready */
  async start() {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.launch();
      if (outcome === 'ready' || this.stopping) return;
      const tail = tailOf(this.log, { after: this.logStart });
      if (attempt >= this.maxDeaths)
        throw new Error(`${this.title} did not start (${outcome}). The end of ${this.log}:\n${tail}`);
      if (bindFailed.test(tail)) await this.spec.takeNextPort?.();
      else if (attempt >= 2)
        throw new Error(`${this.title} did not start (${outcome}). The end of ${this.log}:\n${tail}`);
      await pause(backOffMs(attempt));
    }
  }

  /** @returns 'ready', or in words why it is not */
  async launch() {
    const { command, args = [], env, ...options } = this.spec.launch();
    const log = openLog(this.stateFolder, this.spec.role);
    this.logStart = sizeOf(this.log);
    // A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
    const child = spawn(command, args, {
      ...options,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    if (child.pid) this.note(child.pid, options.cwd);
    closeSync(log);
    void ended.then((how) => this.ended(child.pid, how));
    const outcome = await Promise.race([ended, this.untilReady()]);
    if (outcome === 'ready') this.wasReady = true;
    else if (this.record) await stopProcess(this.record);
    return outcome;
  }

  note(pid, cwd) {
    const { role, signal = 'SIGTERM', graceMs = 10_000, order } = this.spec;
    this.record = { role, pid, startTime: startTimeOf(pid), cwd, signal, graceMs, order };
    for (const watcher of this.watchers) watcher.add(this.record);
  }

  async untilReady() {
    const deadline = Date.now() + (this.spec.readyMs ?? 30_000);
    const { pid } = this;
    while (Date.now() < deadline) {
      if (await this.spec.ready(pid)) return 'ready';
      if (this.stopping || this.pid !== pid) return 'stopped';
      await pause(25);
    }
    return 'not ready in time';
  }

  ended(pid, how) {
    for (const watcher of this.watchers) watcher.remove(pid);
    killGroup(pid);
    if (this.record?.pid === pid) this.record = undefined;
    if (this.wasReady && !this.stopping) void this.revive(how);
  }

  async revive(how) {
    this.wasReady = false;
    const died = Date.now();
    this.deaths = [...this.deaths.filter((time) => died - time < windowMs), died];
    if (this.deaths.length >= this.maxDeaths) return this.onGivenUp(this, this.deaths.length);
    const wait = backOffMs(this.deaths.length);
    this.say(`${this.title} ended (${how}); starting it again`);
    await pause(wait);
    if (this.stopping) return;
    const outcome = await this.launch();
    if (this.stopping) return;
    if (outcome !== 'ready') return this.revive(outcome);
    this.say(`${this.title} is back after ${((Date.now() - died) / 1000).toFixed(1)} s`);
    this.onRestarted(this);
  }

  async stop(options) {
    this.stopping = true;
    if (this.record) await stopProcess(this.record, options);
  }
}

/** What a dead child had started itself must not live on. Its group's number is not given away while anyone is in the group. */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {}
}
