import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { setApprovalWebhook } from '../../src/commands/set-approval-webhook.ts';
import type { ApprovalDeliveryRow } from '../../src/db/mappings/approval-delivery.ts';
import { openSession } from '../../src/db/principal-store.ts';
import { createSealer } from '../../src/db/seal.ts';
import { createNetwork, type Network } from '../../src/tools/net/network.ts';
import { deliverOnce } from '../../workers/deliver-approvals.ts';
import { logger } from '../db/tasks/support.ts';
import { type CallPlace, openToolDesk, type ToolDesk } from '../db/tasks/tool-desk.ts';

const secret = 'a secret of this test';
const sealer = createSealer(['ab'.repeat(32)]);
const publicUrl = 'https://adjutant.example';
let desk: ToolDesk;
let server: Server;
let local: Network;
let heard: { headers: Record<string, unknown>; body: string }[] = [];
let status = 200;

beforeAll(async () => {
  desk = await openToolDesk();
  local = createNetwork({ allows: () => true });
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  await desk.inside((tx) =>
    setApprovalWebhook(tx, desk.caller, { wish: { url, secret, openAs: desk.caller.principalId }, sealer }),
  );
}, 60_000);
afterAll(async () => {
  await local.close();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  heard = [];
  status = 200;
  await desk.rows('DELETE FROM approval_deliveries');
});

async function waiting(): Promise<CallPlace> {
  const call = await desk.asked();
  await desk.claimTool(call);
  return call;
}
const deliver = (network: Network = local) =>
  deliverOnce({ db: desk.db, sealer, network, publicUrl, logger }, new AbortController().signal);
const deliveries = () => desk.rows<ApprovalDeliveryRow>('SELECT * FROM approval_deliveries ORDER BY id');

describe('the webhook of approvals', () => {
  test('is told of a new one in a signed delivery, whose link signs in once and opens it', async () => {
    const call = await waiting();
    const { id } = await desk.approvalOf(call);
    await deliver();
    await deliver();
    expect(heard).toHaveLength(1);
    const { headers, body } = heard[0] ?? { headers: {}, body: '' };
    const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['adjutant-signature'])) ?? [];
    expect(mac).toBe(createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'));
    const told = JSON.parse(body) as { event: string; approval: object; link: string };
    expect(told).toMatchObject({
      id: headers['adjutant-delivery'],
      event: 'approval.requested',
      approval: { id, tool: 'pay', risk: 'high', title: 'Payer wants to call pay (bank.example)' },
    });
    expect(body).not.toContain('120');
    const link = new URL(told.link);
    expect([link.origin, link.pathname, link.searchParams.get('to')]).toEqual([
      publicUrl,
      '/sign-in',
      `/inbox?approval=${id}`,
    ]);
    const token = link.hash.slice(1);
    const opened = await openSession(desk.db, token);
    expect(opened?.identity.principalId).toBe(desk.caller.principalId);
    expect(await openSession(desk.db, token)).toBeNull();
  });

  test('is told again with the same id until it takes it', async () => {
    await waiting();
    status = 500;
    await deliver();
    expect(await deliveries()).toMatchObject([
      { status: 'ready', tries: 1, lastError: 'It answered with 500.' },
    ]);
    await deliver();
    expect(heard).toHaveLength(1);
    await desk.rows('UPDATE approval_deliveries SET due_at = now()');
    status = 204;
    await deliver();
    expect(await deliveries()).toMatchObject([{ status: 'done', tries: 2, lastError: null }]);
    const ids = heard.map(({ headers }) => headers['adjutant-delivery']);
    expect(new Set(ids).size).toBe(1);
  });

  test('is given up after thirty tries', async () => {
    await waiting();
    status = 404;
    await desk.rows('UPDATE approval_deliveries SET tries = 29');
    await deliver();
    expect(await deliveries()).toMatchObject([{ status: 'dead', lastError: 'It answered with 404.' }]);
  });

  test('hears nothing of what was decided before it could be told', async () => {
    const call = await waiting();
    await desk.decide({ approvalId: (await desk.approvalOf(call)).id, status: 'denied' });
    await deliver();
    expect(heard).toEqual([]);
    expect(await deliveries()).toMatchObject([{ status: 'done', lastError: 'It was denied before.' }]);
  });

  test('is only looked for on the public internet', async () => {
    await waiting();
    const outside = createNetwork();
    await deliver(outside);
    await outside.close();
    expect(heard).toEqual([]);
    expect((await deliveries())[0]?.lastError).toMatch(/not on the public internet/);
  });

  test('is set by owners, to an address without a password, to open as somebody who may decide', async () => {
    const viewer = await desk.person('viewer');
    const url = 'https://me:pass@hooks.example/x';
    const set = (caller = desk.caller) =>
      desk.inside((tx) =>
        setApprovalWebhook(tx, caller, { wish: { url, secret, openAs: viewer.principalId }, sealer }),
      );
    await expect(set(await desk.person('operator'))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(set()).rejects.toMatchObject({
      code: 'invalid_request',
      problems: [{ pointer: '/url' }, { pointer: '/openAs' }],
    });
  });
});
