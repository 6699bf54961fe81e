// Stands in for a reader that a hostile file has taken over; argv cannot be used, so the order's path says what to do.
process.once('message', ({ path }) => {
  if (path === 'loop') for (;;);
  if (path === 'crash') process.kill(process.pid, 'SIGSEGV');
  if (path === 'exit') process.exit(3);
  if (path === 'memory') {
    const kept = [];
    for (;;) kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
  }
  if (path === 'heap') {
    const kept = [];
    for (;;) kept.push({ text: `${kept.length}`.repeat(50) });
  }
  if (path === 'look') {
    const write = process.permission.has('fs.write');
    process.send(
      {
        type: 'failed',
        code: 'internal',
        message: JSON.stringify({ env: process.env, write, child: process.permission.has('child') }),
      },
      () => process.disconnect(),
    );
  }
});
process.send({ type: 'ready' });
