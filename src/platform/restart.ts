/** Lets a part of the program ask that all of it is closed and opened anew, in the same process. */
export class RestartRequest {
  private resolve: () => void = () => undefined;
  /** Resolves when somebody asked. */
  readonly asked = new Promise<void>((resolve) => (this.resolve = resolve));

  ask(): void {
    this.resolve();
  }
}
