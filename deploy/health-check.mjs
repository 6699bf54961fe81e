/**
 * Ends with 0 when the process in this container is ready. A worker says so on WORKER_HEALTH_PORT, the API on PORT.
 */
const port = Number(process.env.WORKER_HEALTH_PORT) || Number(process.env.PORT) || 4800;
try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4000) });
  if (!answer.ok) throw new Error(`/readyz on ${port} answers ${answer.status}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
