/** An event on the task's own stream. */
export function onTask<Type extends string, Data>(task: { id: string }, type: Type, data: Data) {
  return { stream: `task/${task.id}`, type, data };
}
