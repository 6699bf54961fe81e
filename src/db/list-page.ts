import type { Page, PageQuery } from '../contracts/page.ts';
import { AppError } from '../errors.ts';
import { type FilterField, translateFilter } from './cel-filter.ts';
import { sqlState, type Tx } from './record.ts';

/** What a list offers: where its rows come from and which fields filters and orders may name. The alias `t` has `id` and `workspace_id`. */
export interface ListFields {
  from: string;
  columns: string;
  /** Always true for the rows of this list. */
  where?: string;
  fields: Record<string, FilterField>;
}

interface Order {
  field: string;
  sql: string;
  cast: string;
  desc: boolean;
}

const casts: Record<FilterField['type'], string> = {
  text: 'text',
  number: 'numeric',
  bool: 'boolean',
  time: 'timestamptz',
};

/**
 * One page by keyset: a token holds the sort values and the id of the last row, so that pages neither skip nor repeat rows when new
 * ones come in between. Without an order the newest come first (ids sort by time).
 * @param more extra conditions, as SQL with `$n` counted from `parameters`' own start at 1.
 */
export async function listPage<Row extends { id: string }>(
  tx: Tx,
  list: ListFields,
  query: PageQuery,
  more: { sql: string; parameters: unknown[] } = { sql: 'true', parameters: [] },
): Promise<Page<Row>> {
  const parameters: unknown[] = [...more.parameters, tx.workspaceId];
  const conditions = [more.sql, `t.workspace_id = $${parameters.length}`, list.where ?? 'true'];
  if (query.filter) {
    const filter = translateFilter(query.filter, list.fields, parameters.length);
    conditions.push(filter.sql);
    parameters.push(...filter.parameters);
  }
  const where = conditions.join(' AND ');
  const orders = ordersOf(query.orderBy, list);
  const [count] = await tx.sql<{ n: number }>(
    `SELECT count(*) AS n FROM ${list.from} WHERE ${where}`,
    parameters,
  );
  const after = query.pageToken ? afterToken(query, orders, parameters) : 'true';
  const sortKey = `json_build_array(${orders.map(({ sql }) => `(${sql})::text`).join(', ')})`;
  const orderBy = orders.map(({ sql, desc }) => `${sql} ${desc ? 'DESC' : 'ASC'}`).join(', ');
  const rows = await tx
    .sql<Row & { sortKey: string[] }>(
      `SELECT ${list.columns}, ${sortKey} AS sort_key FROM ${list.from} WHERE ${where} AND ${after}
     ORDER BY ${orderBy} LIMIT ${query.pageSize + 1}`,
      parameters,
    )
    .catch((error: unknown) => {
      // Class 22: a forged token holds what is no value of its column.
      throw query.pageToken && sqlState(error)?.startsWith('22') ? badToken() : error;
    });
  const items = rows.slice(0, query.pageSize);
  const last = rows.length > query.pageSize ? items.at(-1) : undefined;
  return { items, nextPageToken: last ? tokenOf(query, last.sortKey) : null, totalSize: count?.n ?? 0 };
}

function ordersOf(orderBy: string | undefined, list: ListFields): Order[] {
  const orders = (orderBy ?? '').split(',').flatMap((part): Order[] => {
    const words = part.trim().split(/\s+/);
    const [name = '', direction = 'asc'] = words;
    if (name === '') return [];
    if (name === 'id') return [{ field: 'id', sql: 't.id', cast: 'text', desc: direction === 'desc' }];
    const field = list.fields[name];
    const wrong = !Object.hasOwn(list.fields, name) || field?.orderable === false;
    if (!field || wrong || words.length > 2 || !['asc', 'desc'].includes(direction))
      throw badOrder(part.trim(), list);
    return [{ field: name, sql: field.sql, cast: casts[field.type], desc: direction === 'desc' }];
  });
  const named = orders.findIndex(({ field }) => field === 'id');
  if (named >= 0) return orders.slice(0, named + 1);
  return [...orders, { field: 'id', sql: 't.id', cast: 'text', desc: orders.at(-1)?.desc ?? true }];
}

/** Rows after the token: (a, b) > (x, y), written out because directions may differ. Adds its values to `parameters`. */
function afterToken(query: PageQuery, orders: Order[], parameters: unknown[]): string {
  const values = valuesOf(query, orders.length);
  const first = parameters.length;
  parameters.push(...values);
  const place = (index: number) => `$${first + index + 1}::${orders[index]?.cast}`;
  const branches = orders.map(({ sql, desc }, index) => {
    const equal = orders.slice(0, index).map((order, i) => `${order.sql} = ${place(i)}`);
    return `(${[...equal, `${sql} ${desc ? '<' : '>'} ${place(index)}`].join(' AND ')})`;
  });
  return `(${branches.join(' OR ')})`;
}

/** Order and filter belong to the token: with others it would point nowhere. */
function tokenOf({ orderBy = '', filter = '' }: PageQuery, values: string[]): string {
  return Buffer.from(JSON.stringify([orderBy, filter.length, values])).toString('base64url');
}

function valuesOf({ pageToken = '', orderBy = '', filter = '' }: PageQuery, length: number): string[] {
  try {
    const [order, filterLength, values] = JSON.parse(
      Buffer.from(pageToken, 'base64url').toString(),
    ) as unknown[];
    const fits =
      order === orderBy &&
      filterLength === filter.length &&
      Array.isArray(values) &&
      values.length === length;
    if (fits && values.every((value) => typeof value === 'string')) return values as string[];
  } catch {
    // Not one of ours: said below.
  }
  throw badToken();
}

function badToken(): AppError {
  const message = 'This page token does not belong to this list with this order and filter.';
  return new AppError('invalid_request', message, {
    problems: [{ pointer: '/query/pageToken', code: 'invalid_page_token', message }],
  });
}

function badOrder(part: string, list: ListFields): AppError {
  const names = [
    'id',
    ...Object.keys(list.fields).filter((name) => list.fields[name]?.orderable !== false),
  ].join(', ');
  const message = `"${part}" is no order. Name one of ${names}, then "asc" or "desc".`;
  return new AppError('invalid_request', message, {
    problems: [{ pointer: '/query/orderBy', code: 'invalid_order', message }],
  });
}
