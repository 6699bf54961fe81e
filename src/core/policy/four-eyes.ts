/** How many different people have to agree, none of whom has started what asks. */
export const fourEyesNeed = 2;
