/** The words of asking afterwards whether a recording may be used for more. */

const en = {
  'recs.later.yesterday': 'May yesterday’s recording be used for {what} as well?',
  'recs.later.day': 'May the recording of {day} be used for {what} as well?',
  'recs.later.lead': '{name} would like to use it for {what} too. What is in it: {media}. ',
  'recs.later.for.research': 'Research means that people who study counselling may work with it.',
  'recs.later.for.teaching': 'Teaching means that people who learn counselling may learn from it.',
  'recs.later.nobody':
    'Today nobody can play it here for {what}, and nothing is handed to anybody by itself.',
  'recs.later.until':
    'It would hold until {day}, and the recording would be kept until then. You can take it back at any time.',
  'recs.later.calm':
    'Not agreeing is just as good. The sessions go on as before, and no reason is needed. It is asked only once; no answer is a no.',
  'recs.later.no': 'I don’t agree',
  'recs.later.yes': 'I agree',
  'recs.later.agreed': 'You agreed to {what}. You can take it back above at any time.',
  'recs.later.declined': 'All right. It is not used for {what}, and nothing else changes.',
  'recs.later.ask': 'Ask whether it may be used for {what}',
  'recs.later.ask.about':
    'It is asked once. {name} finds it among their own data; no answer for 30 days is a no. By asking you agree for yourself.',
  'recs.later.ask.no': 'Not now',
  'recs.later.ask.yes': 'Ask',
  'recs.later.asked': 'You asked about {what}. They answer when they want to.',
  'recs.later.not_granted': 'Not granted for {what}.',
};

const zh: Record<keyof typeof en, string> = {
  'recs.later.yesterday': '昨天的录制，还可以用于{what}吗？',
  'recs.later.day': '{day}的录制，还可以用于{what}吗？',
  'recs.later.lead': '{name}想把它也用于{what}。里面有：{media}。',
  'recs.later.for.research': '研究，是让研究心理咨询的人用它做研究。',
  'recs.later.for.teaching': '教学，是让学习心理咨询的人从中学习。',
  'recs.later.nobody': '现在这里没有人能为{what}播放它，也不会自动交给任何人。',
  'recs.later.until': '同意的话，到{day}为止，录制也会留到那时。您随时可以收回。',
  'recs.later.calm': '不同意也一样好：咨询照常，不用说理由。只问这一次；不回答就是不同意。',
  'recs.later.no': '不同意',
  'recs.later.yes': '同意',
  'recs.later.agreed': '已经同意用于{what}。随时可以在上面收回。',
  'recs.later.declined': '好的，不用于{what}。别的都不变。',
  'recs.later.ask': '问问能不能用于{what}',
  'recs.later.ask.about':
    '只问一次。{name}会在自己的“我的信息”里看到，30 天不回答就是不同意。您这样问，就是您自己同意。',
  'recs.later.ask.no': '先不问',
  'recs.later.ask.yes': '问',
  'recs.later.asked': '已经问了能不能用于{what}。对方想好了再回答。',
  'recs.later.not_granted': '没有得到用于{what}的同意。',
};

export const LATER_USE_WORDS = { en, 'zh-CN': zh } as const;
