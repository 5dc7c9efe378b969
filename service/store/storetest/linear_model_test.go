package storetest

import (
	"testing"

	"github.com/anishathalye/porcupine"

	"quitclaim/service/lifecycle"
)

const shopOfTest lifecycle.OrgID = "org_shop"

// op is one line of a history: who, from when to when, what, and the answer.
func op(client int, call, back int64, in asked, out heard) porcupine.Operation {
	return porcupine.Operation{ClientId: client, Call: call, Return: back, Input: in, Output: out}
}

// The checker is worth something only if it finds what must not be.
func TestTheLinearModelFindsLies(t *testing.T) {
	t.Parallel()
	stock := heard{version: 1, state: lifecycle.StateStock, epoch: 1, custody: shopOfTest}
	sold := heard{version: 2, state: lifecycle.StateSold, epoch: 2}
	back := heard{version: 3, state: lifecycle.StateReturned, epoch: 3, custody: shopOfTest}
	sell := asked{what: "sell", at: 1, text: "sal_1"}
	secondSell := asked{what: "sell", at: 1, text: "sal_2"}
	takeBack, look := asked{what: "return", at: 2, text: "ret_1"}, asked{what: "look"}
	cancel := asked{what: "cancel", at: 3, text: "ret_1"}
	waits := asked{what: "bind", at: 2, who: "psn_a", text: "c1"}
	waitsToo := asked{what: "bind", at: 3, who: "psn_b", text: "c1"}
	tells := asked{what: "report", at: 4, epoch: 2, text: "c1"}
	waiting, bothWait := heard{version: 3, state: lifecycle.StateSold, epoch: 2}, heard{version: 4, state: lifecycle.StateSold, epoch: 2}
	confirmed := func(version int64, who lifecycle.PersonID) heard {
		return heard{version: version, state: lifecycle.StateBound, epoch: 2, owner: who}
	}
	cases := []struct {
		name    string
		history []porcupine.Operation
		want    porcupine.CheckResult
	}{
		{"a sale and a return", []porcupine.Operation{op(0, 0, 1, sell, sold), op(1, 2, 3, takeBack, back)}, porcupine.Ok},
		{"a look while it is sold sees before", []porcupine.Operation{op(0, 0, 9, sell, sold), op(1, 2, 3, look, stock)}, porcupine.Ok},
		{"a look while it is sold sees after", []porcupine.Operation{op(0, 0, 9, sell, sold), op(1, 2, 3, look, sold)}, porcupine.Ok},
		{"a look after it was sold sees before", []porcupine.Operation{op(0, 0, 1, sell, sold), op(1, 2, 3, look, stock)}, porcupine.Illegal},
		{"two tills sell it", []porcupine.Operation{op(0, 0, 5, sell, sold), op(1, 0, 5, secondSell, sold)}, porcupine.Illegal},
		{"one of two tills is refused", []porcupine.Operation{
			op(0, 0, 5, sell, sold), op(1, 0, 5, secondSell, heard{refused: saysNo}),
		}, porcupine.Ok},
		{"a till is refused for nothing", []porcupine.Operation{op(0, 0, 5, sell, heard{refused: saysNo})}, porcupine.Illegal},
		{"a return does not begin an epoch", []porcupine.Operation{
			op(0, 0, 1, sell, sold), op(1, 2, 3, takeBack, heard{version: 3, state: lifecycle.StateReturned, epoch: 2, custody: shopOfTest}),
		}, porcupine.Illegal},
		{"what was busy may have been done", []porcupine.Operation{
			op(0, 0, 1, sell, heard{refused: comesBusy}), op(1, 2, 3, takeBack, back),
		}, porcupine.Ok},
		{"a return that was cancelled is cancelled again", []porcupine.Operation{
			op(0, 0, 1, sell, sold), op(0, 2, 3, takeBack, back),
			op(0, 4, 9, cancel, heard{version: 4, state: lifecycle.StateSold, epoch: 4}),
			op(1, 4, 9, cancel, heard{version: 5, state: lifecycle.StateSold, epoch: 5}),
		}, porcupine.Illegal},
		{"who waits owns the unit once it tells", []porcupine.Operation{
			op(0, 0, 1, sell, sold), op(0, 2, 3, waits, waiting), op(0, 4, 5, tells, confirmed(4, "psn_a")),
		}, porcupine.Ok},
		{"who waits is passed over", []porcupine.Operation{
			op(0, 0, 1, sell, sold), op(0, 2, 3, waits, waiting), op(0, 4, 5, tells, bothWait),
		}, porcupine.Illegal},
		{"of two who wait the older bind wins", []porcupine.Operation{
			op(0, 0, 1, sell, sold), op(0, 2, 3, waits, waiting), op(1, 4, 5, waitsToo, bothWait), op(0, 6, 7, tells, confirmed(5, "psn_a")),
		}, porcupine.Ok},
		{"of two who wait the younger bind wins", []porcupine.Operation{
			op(0, 0, 1, sell, sold), op(0, 2, 3, waits, waiting), op(1, 4, 5, waitsToo, bothWait), op(0, 6, 7, tells, confirmed(5, "psn_b")),
		}, porcupine.Illegal},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := porcupine.CheckOperationsTimeout(linearModel(shopOfTest), c.history, 0); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
