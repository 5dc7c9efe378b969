package access_test

import (
	"slices"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func TestOperator(t *testing.T) {
	t.Parallel()
	operator := access.Principal{Kind: access.KindMachine, Machine: "operator", Scopes: []access.Scope{access.ScopeOperator}}
	ofShop := operator
	ofShop.Org, ofShop.OrgKind, ofShop.OnBehalfOf = "org_a", lifecycle.OrgRetailer, "psn_a"
	other := operator
	other.Scopes = access.Scopes()
	for _, action := range access.Actions() {
		rule, _ := access.RuleOf(action)
		want := slices.Contains([]access.Action{
			access.SweepRun, access.PersonManage, access.TokenManage, access.OrgManage, access.PolicyManage, access.BounceTell, access.UntoldWork,
		}, action)
		if got := access.Allowed(operator, action); got != (want || rule.Public) {
			t.Errorf("operator: Allowed(%s) = %t", action, got)
		}
		if access.Allowed(other, action) && !rule.Public {
			t.Errorf("a machine of no organisation may do %s", action)
		}
		if access.Allowed(ofShop, action) && !rule.Public {
			t.Errorf("a token of an organisation may do %s by the operator's scope", action)
		}
	}
	if ofShop.Operator() {
		t.Error("a token of an organisation passes for the operator")
	}
	if _, ok := access.ParseScope(string(access.ScopeOperator)); ok {
		t.Error("a token on record could have the operator's scope")
	}
}
