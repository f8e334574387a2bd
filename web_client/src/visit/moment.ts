/** C2, a moment before: where the person is today, who to call, who can hear. One question a view. */

import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { giveMood, givePlan, giveToday, readDay, type Trouble, troubleOf } from './calls';
import {
  type Draft,
  draftOf,
  EMPTY,
  type Field,
  firstMissing,
  missingIn,
  planOf,
  type Step,
  stepAfter,
  stepBefore,
  todayOf,
} from './draft';
import { formStyle } from './form-style';
import { keptHere, type Remembered } from './kept';
import { type Asked, contactView, heading, nearView, phoneView, placeView } from './moment-views';
import './mood';
import { nameOf } from './said';
import { type Key, t } from '../i18n/language';
import type { Appointment, PlanBody } from '../protocol/bodies';
import type { Answer } from '../protocol/rest';
import { base, buttons, QuietElement } from '../ui/element';

type Done<T> = Extract<Answer<T>, { kind: 'done' }>;
type ChoiceKey = Extract<Key, `visit.again.${string}` | `visit.mood.${string}`>;

/** Who came back after a reload has said it all already. */
type Shown = 'again' | Step;

const VIEWS = { place: placeView, phone: phoneView, contact: contactView, near: nearView } as const;

@customElement('qr-moment')
export class Moment extends QuietElement {
  static override styles = [base, buttons, formStyle];

  @property({ attribute: false }) hour!: Appointment;
  @state() private step: Shown = 'place';
  @state() private draft: Draft = EMPTY;
  @state() private missing: readonly Field[] = [];
  @state() private ticked = false;
  @state() private mood: number | null = null;
  @state() private moodMissing = false;
  @state() private sending = false;
  @state() private trouble: Trouble | null = null;
  private readonly kept = keptHere();
  private remembered: Remembered | null = null;
  private asLast = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.remembered = this.kept.remembered();
    this.ticked = this.remembered !== null;
    this.draft = { ...EMPTY, ...this.remembered };
    if (this.hour.confirmed_at !== null) this.step = 'again';
  }

  override render() {
    return html`
      <main data-testid="moment" data-step=${this.step}>${this.view()}</main>
    `;
  }

  /** A new question is read from its heading. */
  override updated(changes: PropertyValues): void {
    if (changes.get('step') !== undefined) this.renderRoot.querySelector('h1')?.focus();
  }

  private view() {
    if (this.step === 'again') return this.again();
    return this.step === 'mood' ? this.moodView() : this.question(this.step);
  }

  private question(step: Exclude<Step, 'mood'>) {
    return html`
      <form novalidate @submit=${(event: Event) => this.handleNext(event, step)}>
        ${VIEWS[step](this.asked)} ${this.status()}
        <div class="steps">
          <button class="primary" data-testid="next" ?disabled=${this.sending}>
            ${t(this.trouble === null ? 'visit.next.step' : 'again')}
          </button>
        </div>
        ${this.back(step)}
      </form>
    `;
  }

  private again() {
    return html`
      <div class="column">
        ${heading('visit.again.title', t('visit.again.sub'))} ${this.status()}
        <div class="steps equal">
          ${this.choice('again-change', 'visit.again.change', () => void this.changeDay())}
          ${this.choice('again-yes', 'visit.again.yes', () => void this.goStraightOn())}
        </div>
        ${this.back('place')}
      </div>
    `;
  }

  private moodView() {
    const title = t('visit.mood.title');
    return html`
      <div class="column">
        ${heading('visit.mood.title', t('visit.mood.sub', { name: nameOf(this.hour) }))}
        <qr-mood
          label=${title}
          .value=${this.mood}
          @mood=${(event: CustomEvent<number>) => this.handleMood(event.detail)}
        ></qr-mood>
        <p class="wrong" role="status" data-testid="mood-missing" ?hidden=${!this.moodMissing}>
          ${this.moodMissing ? t('visit.missing.mood') : nothing}
        </p>
        ${this.status()}
        <div class="steps equal">
          ${this.choice('mood-skip', 'visit.mood.skip', () => this.say('enter'))}
          ${this.choice('mood-done', 'visit.mood.done', () => void this.sendMood())}
        </div>
        ${this.back('mood')}
      </div>
    `;
  }

  private choice(id: string, key: ChoiceKey, act: () => void) {
    return html`
      <button class="plain" data-testid=${id} ?disabled=${this.sending} @click=${act}>
        ${t(key)}
      </button>
    `;
  }

  private back(step: Step) {
    return html`
      <button class="link back" type="button" data-testid="back" @click=${() => this.goBack(step)}>
        ${t('visit.back')}
      </button>
    `;
  }

  private status() {
    const { trouble } = this;
    return html`
      <div role="status">
        ${
          trouble === null || trouble.kind === 'over' || trouble.kind === 'refused'
            ? nothing
            : html`
                <p class="trouble" data-testid="trouble">${t(`visit.trouble.${trouble.kind}`)}</p>
              `
        }
        ${
          this.sending
            ? html`
                <p class="sub">${t('visit.sending')}</p>
              `
            : nothing
        }
      </div>
    `;
  }

  private get asked(): Asked {
    return {
      name: nameOf(this.hour),
      draft: this.draft,
      missing: this.missing,
      ticked: this.ticked,
      remembers: this.remembered !== null,
      change: (change) => this.handleChange(change),
      tick: (ticked) => this.handleTick(ticked),
      asLastTime: () => this.takeLastTime(),
    };
  }

  private handleChange(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    this.missing = this.missing.filter((field) => !(field in change));
  }

  /** To forget is done at once; to remember, when it has all been given. */
  private handleTick(ticked: boolean): void {
    this.ticked = ticked;
    if (ticked) return;
    this.remembered = null;
    this.kept.forget();
  }

  private takeLastTime(): void {
    this.draft = { ...this.draft, ...this.remembered };
    this.asLast = true;
    this.show('phone');
  }

  private handleMood(value: number): void {
    this.mood = value;
    this.moodMissing = false;
  }

  private handleNext(event: Event, step: Step): void {
    event.preventDefault();
    if (this.sending) return;
    this.missing = missingIn(step, this.draft);
    if (this.missing.length > 0) void this.toFirstMissing();
    else if (step === 'near') void this.sendDay();
    else this.show(stepAfter(step, this.asLast) ?? 'mood');
  }

  /** Once, when going on was asked for: never while the person writes. */
  private async toFirstMissing(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"], .open input')?.focus();
  }

  private goBack(step: Step): void {
    const before = stepBefore(step);
    if (before === null) this.say('back-out');
    else this.show(before);
  }

  private show(step: Shown): void {
    this.trouble = null;
    this.missing = [];
    this.moodMissing = false;
    this.step = step;
  }

  // --- what is given ----------------------------------------------------------------------------

  private async sendDay(): Promise<void> {
    const [today, plan] = [todayOf(this.draft), planOf(this.draft)];
    if (today === null || plan === null) {
      this.show(firstMissing(this.draft) ?? 'place');
      return;
    }
    const given = await this.goesThrough(async (): Promise<Answer<unknown>> => {
      const answer = await giveToday(this.hour.id, today);
      return answer.kind === 'done' ? givePlan(this.hour.id, plan) : answer;
    });
    if (given === null) return;
    this.kept.remember(this.ticked, this.draft);
    this.keep(plan);
    this.show('mood');
  }

  private async sendMood(): Promise<void> {
    const { mood } = this;
    this.moodMissing = mood === null;
    if (mood === null) return;
    if ((await this.goesThrough(() => giveMood(this.hour.id, 'before', mood))) !== null)
      this.say('enter');
  }

  /** As it was said before; what is not there any more is asked for again. */
  private async goStraightOn(): Promise<void> {
    const day = await this.goesThrough(() => readDay(this.hour.id));
    if (day === null) return;
    const { today, plan } = day.said;
    this.draft = { ...this.draft, ...draftOf(today, plan) };
    if (today === null || plan === null) {
      this.show(firstMissing(this.draft) ?? 'place');
      return;
    }
    this.keep(plan);
    this.say('enter');
  }

  private async changeDay(): Promise<void> {
    const day = await this.goesThrough(() => readDay(this.hour.id));
    if (day === null) return;
    this.draft = { ...this.draft, ...draftOf(day.said.today, day.said.plan) };
    this.show('place');
  }

  private keep(plan: PlanBody): void {
    this.kept.keepPlan({ plan, name: nameOf(this.hour) });
  }

  /** What was answered; null where something stands in the way, and that is said. */
  private async goesThrough<T>(call: () => Promise<Answer<T>>): Promise<Done<T> | null> {
    this.sending = true;
    this.trouble = null;
    const answer = await call();
    this.sending = false;
    if (answer.kind === 'done') return answer;
    this.trouble = troubleOf(answer);
    if (this.trouble?.kind === 'over') this.say('hour-changed');
    if (this.trouble?.kind === 'refused') this.say('refused', this.trouble.why);
    return null;
  }
}
