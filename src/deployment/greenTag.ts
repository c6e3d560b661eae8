import type { Tag } from '../clients/tag';

export const GREEN_TAG_KEY = 'GreenIdentifier';

/** The tag of the green instances, by which everything that belongs to an action is found. */
export function greenTag(state: { readonly greenIdentifier: string }): Tag {
  return { key: GREEN_TAG_KEY, value: state.greenIdentifier };
}

export function carriesTag(tags: readonly Tag[], wanted: Tag): boolean {
  return tags.some((tag) => tag.key === wanted.key && tag.value === wanted.value);
}
