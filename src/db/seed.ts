import type { DataSource } from 'typeorm';
import { insertAgent } from './agent-store.ts';
import { openWorkspacePurse } from './budgets/budget-store.ts';
import { newId } from './new-id.ts';
import { insertPrincipal } from './principal-store.ts';
import { createDatabase, type Tx } from './record.ts';
import { agents } from './seed/agents.data.ts';
import { templates } from './seed/templates.data.ts';
import { insertWorkflow } from './workflow-store.ts';

/**
 * The first workspace: an owner, a Chief of Staff, four Master Operators, three workflow templates. It happens once in the
 * life of a database: what people changed or archived since does not come back.
 */
export async function seed(dataSource: DataSource): Promise<void> {
  const database = createDatabase(dataSource, { ring: () => undefined });
  const workspaceId = newId('workspace');
  await database.inWorkspace({ workspaceId, actor: 'system' }, seedOnce);
}

async function seedOnce(tx: Tx): Promise<void> {
  const claimed = await tx.sql(
    `INSERT INTO installation (key, value) VALUES ('seed', $1) ON CONFLICT (key) DO NOTHING RETURNING key`,
    [JSON.stringify({ workspaceId: tx.workspaceId })],
  );
  if (claimed.length === 0) return;
  await tx.sql('INSERT INTO workspaces (id, name) VALUES ($1, $2)', [tx.workspaceId, 'Home']);
  await openWorkspacePurse(tx);
  await insertPrincipal(tx, { kind: 'person', name: 'Owner', role: 'owner' });
  for (const spec of agents) {
    const row = await insertAgent(tx, spec);
    tx.emit({
      stream: `agent/${row.id}`,
      type: 'agent.created',
      data: { name: row.name, revision: row.revision },
    });
  }
  for (const definition of templates) await insertWorkflow(tx, { definition, origin: 'template' });
}
