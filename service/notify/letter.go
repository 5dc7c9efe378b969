package notify

import (
	"strings"

	"quitclaim/service/notice"
	"quitclaim/service/notify/mail"
)

// letter is a notice as a mail: its sentences, where to go on, why it came.
func (n *Notify) letter(d notice.Delivery) mail.Letter {
	words := n.config.Words(d.Language)
	subject, body := sentences(words, d.Notice)
	parts := []string{body}
	if d.Notice.Link != "" {
		parts = append(parts, n.config.Origin+d.Notice.Link)
	}
	l := mail.Letter{
		ID: d.Notice.ID, To: d.Address, Subject: subject, At: d.Notice.At, Language: words.Text("notify.language", nil),
		ReturnPath: mail.ReturnPath(n.config.MailFrom, mail.Token(n.config.Hash, mail.ForReturn, d.Notice.ID)),
	}
	why := "notify.foot.security"
	if !d.Notice.Kind.Security() {
		why = "notify.foot.chosen"
		l.Unsubscribe = n.config.Origin + unsubscribePage + "/" + mail.Token(n.config.Hash, mail.ForUnsubscribe, d.Notice.ID)
	}
	if d.Notice.To == "" {
		why = "notify.foot.letter"
	}
	foot := words.Text(why, map[string]string{"link": n.config.Origin + settingsPage})
	l.Body = strings.Join(append(parts, "-- \n"+foot), "\n\n") + "\n" // "-- ": RFC 3676, section 4.3
	return l
}

// sentences are the subject and the body of a notice.
func sentences(words Words, one notice.Notice) (subject, body string) {
	key := "notify." + string(one.Kind)
	if what := one.Params["what"]; what != "" && words.Has(key+"."+what+".subject") {
		key += "." + what
	}
	body = words.Text(key+".body", one.Params)
	if day := one.Params["kept-until"]; day != "" {
		body += "\n\n" + words.Text("notify.kept-until", map[string]string{"day": day})
	}
	return words.Text(key+".subject", one.Params), body
}
