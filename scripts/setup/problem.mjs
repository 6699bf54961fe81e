/** Something that a person has to put right. The message is one sentence with the one command that helps. */
export class SetupProblem extends Error {
  /** @param {string[]} tried what was tried and why it did not do, one line each */
  constructor(message, tried = []) {
    super(message);
    this.name = 'SetupProblem';
    this.tried = tried;
  }
}
