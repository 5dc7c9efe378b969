package main

// noticeRows: everybody has their own inbox and settings; there is no door to
// another's. Who has a mail of ours may end such mails, without signing in; what
// a mail server reports comes through the operator.
func noticeRows() []row {
	return []row{
		{route: "GET /account/messages", all: everybody(200)},
		{route: "POST /account/messages/read", body: "until=", all: everybody(422)},
		{route: "GET /v1/account/messages", all: everybody(200)},
		{route: "GET /account/notices", all: everybody(200)},
		{route: "POST /account/notices", body: "wanted=firmware+mail", all: everybody(303)},
		{route: "POST /account/notices/address", body: "x=", all: everybody(303)},
		{route: "POST /account/notices/browsers", body: "endpoint=", all: everybody(422)},
		// One that is another's, or none, is not there any more: so it is ended.
		{route: "POST /account/notices/browsers/:id/end", id: "binding", body: "x=", of: map[string]answers{"home": everybody(303)}, never: everybody(303), open: true},
		// Neither says whether the token was one.
		{route: "GET /unsubscribe/:token", id: "setup", of: map[string]answers{"office": everybody(200)}, never: everybody(200), open: true},
		{route: "POST /unsubscribe/:token", id: "setup", body: "List-Unsubscribe=One-Click", of: map[string]answers{"office": everybody(200)}, never: everybody(200), open: true},
		{route: "GET /v1/untold", all: everybody(200)},
		{route: "POST /v1/untold", body: "{}", all: everybody(200)},
		{route: "POST /v1/bounces", body: `{"token":"x","status":"5.1.1"}`, all: everybody(200)},
	}
}
