/** The words of the panel for a danger, and of the note in it. */

const en = {
  'desk.safety.open': 'Safety F9',
  'desk.safety.title': 'Safety',
  'desk.safety.noted':
    'That this was opened is noted, and nothing of what is in it. The client does not see it.',
  'desk.safety.elapsed': 'Open for',
  'desk.safety.copy': 'Copy the address',
  'desk.safety.no_copy': 'This browser doesn’t copy. You can select the address.',
  'desk.safety.own_phone': 'Their phone, as the clinic knows it',
  'desk.safety.lines': 'Who can help now',
  'desk.safety.no_lines':
    'Your clinic has not entered any numbers here. Please call the local emergency number.',
  'desk.safety.steps': 'Step by step',
  'desk.safety.step.stay': 'Stay on the line, slowly. Ask whether they are safe right now.',
  'desk.safety.step.place':
    'Go over where they are. Ask whether somebody they trust can be with them.',
  'desk.safety.step.call': 'If help is needed, call it: say the address, then your name.',
  'desk.safety.step.contact':
    'Tell the emergency contact. Stay until somebody is with them, and then tell your clinic.',

  'desk.note.title': 'Note for handing over',
  'desk.note.about':
    'Kept for 24 hours after you save it, then deleted. It is shown to you alone: here, and after the hour on its own page. Not to the client, not to the clinic.',
  'desk.note.kept': '{until} It is shown to you alone.',
  'desk.note.save': 'Save the note',
  'desk.note.saved': 'Saved. {until}',
  'desk.note.until': 'Kept until {day}, {time}, then deleted.',
  'desk.note.deleted': 'Deleted.',
  'desk.note.dirty': 'Not saved yet.',
  'desk.note.unsaved': 'Not saved. What you wrote is still here. {why}',
} as const;

const zh: Readonly<Record<keyof typeof en, string>> = {
  'desk.safety.open': '安全 F9',
  'desk.safety.title': '安全',
  'desk.safety.noted': '打开这里会留下一条记录，不含内容。来访者看不到。',
  'desk.safety.elapsed': '已打开',
  'desk.safety.copy': '复制地址',
  'desk.safety.no_copy': '这个浏览器不能复制。您可以选中地址。',
  'desk.safety.own_phone': '来访者的电话（机构登记的）',
  'desk.safety.lines': '现在可以找谁',
  'desk.safety.no_lines': '机构还没有在这里填号码。请拨打当地的急救或报警电话。',
  'desk.safety.steps': '一步一步来',
  'desk.safety.step.stay': '慢慢来，不要断开。先问清现在是否安全。',
  'desk.safety.step.place': '核对现在的地方，问问有没有信任的人可以来陪。',
  'desk.safety.step.call': '需要救助就打电话：先说地址，再说您是谁。',
  'desk.safety.step.contact': '告诉紧急联系人。等有人到了身边再离开，然后告诉您的机构。',

  'desk.note.title': '转交用的备注',
  'desk.note.about':
    '保存后留 24 小时，然后删除。只显示给您一个人：在这里，会谈后也在这次的页面上。来访者和机构都看不到。',
  'desk.note.kept': '{until}只显示给您一个人。',
  'desk.note.save': '保存备注',
  'desk.note.saved': '已保存。{until}',
  'desk.note.until': '留到{day} {time}，然后删除。',
  'desk.note.deleted': '已删除。',
  'desk.note.dirty': '还没有保存。',
  'desk.note.unsaved': '没有保存上。您写的还在这里。{why}',
};

export const SAFETY_WORDS = { en, 'zh-CN': zh } as const;
