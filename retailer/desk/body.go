package desk

import (
	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// progressBody is a return and its progress, as the API says it.
type progressBody struct {
	ID              lifecycle.ReturnID  `json:"id"`
	Brand           string              `json:"brand"`
	Serial          string              `json:"serial"`
	Model           string              `json:"model"`
	State           lifecycle.State     `json:"state,omitempty"` // only while the reader has the unit
	At              web.Time            `json:"at"`
	Authority       lifecycle.Authority `json:"authority"`
	Condition       string              `json:"condition"`
	Reason          string              `json:"reason"`
	CustomerPresent bool                `json:"customer_present"`
	SecondPerson    bool                `json:"second_person"`
	CancelledAt     web.Time            `json:"cancelled_at"`
	// Darkness says of our gate and of each cloud whether anything shows.
	Darkness []darkBody `json:"darkness"`
	Order    *orderBody `json:"order"`
	Presence string     `json:"presence_code,omitempty"`
}

type darkBody struct {
	Name   string `json:"name"` // "gate", or the cloud's
	Dark   bool   `json:"dark"`
	Detail string `json:"detail"`
}

type orderBody struct {
	ID       lifecycle.OrderID    `json:"id"`
	State    lifecycle.OrderState `json:"state"`
	OpenedAt web.Time             `json:"opened_at"`
	Tasks    []taskBody           `json:"tasks"`
}

type taskBody struct {
	ID    string              `json:"id"`
	Cloud string              `json:"cloud,omitempty"`
	Verb  lifecycle.Verb      `json:"verb"`
	State lifecycle.TaskState `json:"state"`
	Grade lifecycle.Grade     `json:"grade,omitempty"`
	Proof string              `json:"proof,omitempty"`
	Asked web.Time            `json:"asked_at"`
	Done  web.Time            `json:"done_at"`
}

func bodyOf(c echo.Context, p Progress) progressBody {
	ret := p.Return
	body := progressBody{
		ID: ret.ID, Brand: p.Unit.Key.Brand, Serial: p.Unit.Key.Serial, Model: p.Model, At: web.Time(ret.At),
		Authority: ret.Authority, Condition: ret.Condition, Reason: ret.Reason, CustomerPresent: ret.CustomerPresent,
		SecondPerson: ret.Second != "", CancelledAt: web.Time(ret.CancelledAt), Presence: p.Presence,
		Darkness: []darkBody{},
	}
	if p.Here {
		body.State = p.Unit.State
	}
	if p.Open() {
		body.Darkness = append(body.Darkness, darkBody{"gate", true, sentence(c, "desk.gate-dark")})
	}
	for _, cloud := range p.Clouds() {
		body.Darkness = append(body.Darkness, darkBody{cloud.Cloud, cloud.Dark, sentence(c, cloud.Word)})
	}
	if order := p.Order; order != nil {
		body.Order = &orderBody{order.ID, order.State, web.Time(order.OpenedAt), tasksOf(order.Tasks)}
	}
	return body
}

func tasksOf(tasks []lifecycle.Task) []taskBody {
	list := make([]taskBody, len(tasks))
	for i, t := range tasks {
		list[i] = taskBody{t.ID, t.Cloud, t.Verb, t.State, t.Grade, t.Proof, web.Time(t.AskedAt), web.Time(t.DoneAt)}
	}
	return list
}

func sentence(c echo.Context, code string) string {
	return web.Reasons(c, []lifecycle.Reason{{Code: code}})[0].Detail
}
