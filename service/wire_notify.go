package main

import (
	"time"

	"quitclaim/service/notify"
	"quitclaim/service/notify/mail"
	"quitclaim/service/notify/push"
	"quitclaim/service/web/messages"
)

func (h *house) wireNotify() error {
	private, public, err := h.keys.PushKeys()
	if err != nil {
		return err
	}
	server, _ := mail.ParseSettings(h.config.SMTP) // Config.check has seen it
	config := notify.Config{
		Feed: h.store, Queue: h.store, Aside: h.store, Readers: h.store, TellAsks: h.store.TellAsks,
		MailHost: server.Host, MailFrom: server.From.Address,
		Pusher: &push.Sender{
			Client: push.NewClient(h.config.PushLocal, nil), Keys: push.Keys{Private: private, Public: public},
			Contact: pushContact(h.config.URL, server.From.Address), Private: h.config.PushLocal,
		},
		PushKey: public, PushPrivate: h.config.PushLocal,
		Words: h.words, Hash: h.keys.LookupHash, Origin: h.config.URL, Now: h.now,
		Ticks: time.Tick(time.Second), Pause: pause, Log: h.log,
	}
	if server.Host != "" {
		config.Mailer = &mail.Sender{Server: server}
	}
	h.notify = notify.New(config)
	return nil
}

// pushContact is whom a push service may ask: an address where there is one
// (RFC 8292, section 2.1).
func pushContact(origin, address string) string {
	if address != "" {
		return address
	}
	return origin
}

// words are the sentences of a language, or of the service's own.
func (h *house) words(language string) notify.Words {
	parsed, err := messages.ParseLanguage(language)
	if err != nil {
		parsed = messages.Language(h.config.Language)
	}
	words, err := messages.In(parsed)
	if err != nil {
		panic(err) // web.New parsed every page in every language
	}
	return words
}
