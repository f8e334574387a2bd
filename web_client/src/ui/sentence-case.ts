/** "your client" begins a sentence with a capital; 老师 has none. */
export function sentenceCase(name: string): string {
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}
