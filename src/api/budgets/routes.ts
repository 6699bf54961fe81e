import * as z from 'zod';
import { createBudget } from '../../commands/create-budget.ts';
import { deleteBudget } from '../../commands/delete-budget.ts';
import { topUpBudget } from '../../commands/top-up-budget.ts';
import { updateBudget } from '../../commands/update-budget.ts';
import { Budget, CreateBudget, TopUpBudget, UpdateBudget } from '../../contracts/budget.ts';
import { BudgetId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { budgetList, type ListedBudget, readBudget } from '../../db/budgets/budget-store.ts';
import { listPage } from '../../db/list-page.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentBudget } from './present-budget.ts';

const tag = 'budgets';
const params = z.object({ budgetId: BudgetId });

export function budgetRoutes(door: Door): void {
  readRoutes(door);
  limitRoutes(door);
  topUpRoute(door);
}

function readRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/budgets',
      tag,
      summary: 'List budgets',
      description: listNote(budgetList),
      query: PageQuery,
      reply: pageOf(Budget),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query }) => {
        const page = await listPage<ListedBudget>(tx, budgetList, query);
        return { ...page, items: page.items.map(presentBudget) };
      },
    },
  );

  route(
    door,
    { method: 'get', path: '/budgets/{budgetId}', tag, summary: 'Get a budget', params, reply: Budget },
    { handle: ({ tx, params: { budgetId } }) => oneBudget(tx, budgetId) },
  );
}

function limitRoutes(door: Door): void {
  route(
    door,
    {
      method: 'post',
      path: '/budgets',
      tag,
      summary: 'Limit a task tree, an agent or the workspace',
      description: 'What was paid before counts. Trees: operators; the others: owners.',
      body: CreateBudget,
      reply: Budget,
      status: 201,
      errors: ['forbidden', 'conflict'],
    },
    {
      location: ({ id }) => `/api/v2/budgets/${id}`,
      handle: async ({ tx, caller, body }) => oneBudget(tx, (await createBudget(tx, caller, body)).id),
    },
  );

  route(
    door,
    {
      method: 'patch',
      path: '/budgets/{budgetId}',
      tag,
      summary: 'Change the limits of a budget',
      params,
      body: UpdateBudget,
      reply: Budget,
      errors: ['forbidden'],
    },
    {
      handle: async ({ tx, caller, params: { budgetId }, body }) => {
        await updateBudget(tx, caller, { id: budgetId, wish: body });
        return oneBudget(tx, budgetId);
      },
    },
  );

  route(
    door,
    {
      method: 'delete',
      path: '/budgets/{budgetId}',
      tag,
      summary: 'Remove a budget',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params: { budgetId } }) => deleteBudget(tx, caller, { id: budgetId }) },
  );
}

function topUpRoute(door: Door): void {
  route(
    door,
    {
      method: 'post',
      path: '/budgets/{budgetId}/top-up',
      tag,
      summary: 'Add to a budget',
      description:
        'A workspace’s for today alone. What was parked for want of it goes on exactly where it stands.',
      params,
      body: TopUpBudget,
      reply: Budget,
      errors: ['forbidden'],
    },
    {
      handle: async ({ tx, caller, params: { budgetId }, body }) => {
        await topUpBudget(tx, caller, { id: budgetId, wish: body });
        return oneBudget(tx, budgetId);
      },
    },
  );
}

async function oneBudget(tx: Tx, id: string): Promise<Budget> {
  const row = await readBudget(tx, id);
  if (!row) throw notFound('budget', id);
  return presentBudget(row);
}
