// Shows a reminder that was sent to this browser, and opens the page again on a tap. It keeps
// nothing, and touches no request of any page.

const NEUTRAL = '约定 / Appointment';

self.addEventListener('push', (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    // Whatever came is not ours: something has to be shown all the same.
  }
  const title = typeof said.title === 'string' ? said.title : NEUTRAL;
  const body = typeof said.text === 'string' ? said.text : '';
  const shown = { body, icon: '/favicon.svg', tag: 'appointment' };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    (async () => {
      const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
      const page = open.find(({ url }) => new URL(url).pathname === '/visit');
      await (page === undefined ? self.clients.openWindow('/visit') : page.focus());
    })(),
  );
});
