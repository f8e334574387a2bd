/** What the counsellor asks and wishes: what it is called, and what is said of it. */

const en = {
  'question.video': '{name} would like to see you. Is that OK?',
  'question.voice': '{name} would like to hear you. Is that OK?',
  'question.picture': 'Pictures are possible again. Turn yours back on?',
  'question.calm': 'Nothing turns on before your tap. Saying no is completely fine.',
  'question.open.video': 'Turn camera on',
  'question.open.voice': 'Turn microphone on',
  'question.open.picture': 'Turn on',
  'question.no': 'Not now',
  'question.voice_only': 'Voice only',
  'invite.video': 'Invite video',
  'invite.voice': 'Invite voice',
  'invite.sent': '{name} has been asked. Turning it on is up to them.',
  'invite.too_soon': 'You have just asked. Please wait a little.',

  'cue.title': 'What should their picture show best?',
  'cue.balanced': 'As usual',
  'cue.detail': 'See the face',
  'cue.motion': 'See movement',
  'cue.told.balanced': 'Your picture is sent as usual again.',
  'cue.told.detail':
    '{name} would like to see your face better: your picture is sharper and a bit slower. You don’t need to do anything.',
  'cue.told.motion':
    '{name} would like to see you move: your picture is smoother, perhaps smaller. You don’t need to do anything.',
  'dock.steady': 'Hold steady',
  'dock.steady.short': 'Steady',
  'steady.about': 'The line is kept for voice, pictures change every few seconds',
  'steady.counsellor':
    'Holding steady: the line is kept for voice, pictures change every few seconds.',
  'steady.counsellor.voice': 'Holding steady: the line is kept for voice.',
  'steady.client':
    'The line is kept for voice now, and the picture changes every few seconds. You don’t need to do anything.',
  'steady.client.voice': 'The line is kept for voice now. You don’t need to do anything.',
  'steady.over': 'The line is as usual again.',
  'steady.over.texts': 'The line is as usual again. New messages meanwhile: {count}.',
} as const;

const zh: Readonly<Record<keyof typeof en, string>> = {
  'question.video': '{name}想看到您，可以吗？',
  'question.voice': '{name}想听到您的声音，可以吗？',
  'question.picture': '现在又可以有画面了，要打开吗？',
  'question.calm': '您点了才会打开。不打开也完全可以。',
  'question.open.video': '打开摄像头',
  'question.open.voice': '打开麦克风',
  'question.open.picture': '打开',
  'question.no': '先不开',
  'question.voice_only': '只开语音',
  'invite.video': '邀请视频',
  'invite.voice': '邀请语音',
  'invite.sent': '已经问了{name}。打不打开，由对方决定。',
  'invite.too_soon': '刚刚问过。请过一会儿再问。',

  'cue.title': '对方的画面，先看清什么？',
  'cue.balanced': '照常',
  'cue.detail': '看清表情',
  'cue.motion': '看清动作',
  'cue.told.balanced': '画面恢复平常了。',
  'cue.told.detail': '{name}想更清楚地看到您的表情，画面会清楚些、慢一点。您不用做什么。',
  'cue.told.motion': '{name}想更清楚地看到您的动作，画面会流畅些，可能小一点。您不用做什么。',
  'dock.steady': '稳住',
  'dock.steady.short': '稳住',
  'steady.about': '线路都留给声音，画面几秒换一张',
  'steady.counsellor': '稳住了：线路都留给声音，画面几秒换一张。',
  'steady.counsellor.voice': '稳住了：线路都留给声音。',
  'steady.client': '现在线路都留给声音，画面几秒换一张。您不用做什么。',
  'steady.client.voice': '现在线路都留给声音。您不用做什么。',
  'steady.over': '线路又和平时一样了。',
  'steady.over.texts': '线路又和平时一样了。这段时间有 {count} 条新的文字。',
};

export const GUIDANCE_WORDS = { en, 'zh-CN': zh } as const;
