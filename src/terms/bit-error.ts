/** Why the segments of a `<<...>>` make no bit string, as a phrase. */
export class BitError extends Error {}
