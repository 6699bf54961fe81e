/** Ten steps with two branches side by side: one first, four and four, one last over both. Both sides run exactly this. */
export interface PlainStep {
  id: string;
  goal: string;
  dependsOn: string[];
}

export const tenSteps: PlainStep[] = [
  { id: 's1', goal: 'Gather the facts', dependsOn: [] },
  ...[2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({
    id: `s${n}`,
    goal: `Work on part ${n}`,
    dependsOn: [n <= 3 ? 's1' : `s${n - 2}`],
  })),
  { id: 's10', goal: 'Write the result', dependsOn: ['s8', 's9'] },
];

/** The same as a workflow of the product. */
export const tenStepsDefinition = {
  name: 'Ten steps',
  description: 'Ten agent steps with two branches side by side, for the benchmark.',
  steps: tenSteps.map(({ id, goal, dependsOn }) => ({
    id,
    kind: 'agent',
    title: goal,
    dependsOn,
    with: {
      requires: [],
      goal: [goal, ...dependsOn.map((name) => `\${{ steps.${name}.output.markdown }}`)].join('\n\n'),
    },
  })),
  output: '${{ steps.s10.output.markdown }}',
};
