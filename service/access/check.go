package access

import (
	"fmt"
	"slices"

	"quitclaim/service/lifecycle"
)

// Check is nil where the principal may do the action. Otherwise it matches
// lifecycle.ErrUnauthenticated for somebody who is not signed in,
// lifecycle.ErrInvalid for a machine that does not name whom it acts for, and
// lifecycle.ErrForbidden for everybody else. It decides by kind, role,
// organisation and scope alone; whether this unit is theirs is the rules'
// question.
func Check(p Principal, action Action) error {
	rule, ok := rules[action]
	if !ok {
		return fmt.Errorf("action %q has no rule: %w", action, lifecycle.ErrForbidden)
	}
	if rule.Public {
		return nil
	}
	if !p.SignedIn() {
		return fmt.Errorf("%s: %w", action, lifecycle.ErrUnauthenticated)
	}
	if p.ByPIN && !rule.PIN {
		return fmt.Errorf("%s: %w", action, ErrByPIN)
	}
	if !rule.admits(p) {
		return fmt.Errorf("%s by %s: %w", action, p.Kind, lifecycle.ErrForbidden)
	}
	if p.Kind == KindMachine && p.OnBehalfOf == "" && !p.Operator() {
		var invalid lifecycle.Invalid
		invalid.Add("On-Behalf-Of", "on-behalf-of.missing")
		return invalid.Err()
	}
	return nil
}

// ErrByPIN refuses an action to somebody who came in by badge and PIN: it takes
// their password. It matches lifecycle.ErrForbidden.
var ErrByPIN = fmt.Errorf("by badge and PIN: %w", lifecycle.ErrForbidden)

// Allowed reports whether the principal may do the action.
func Allowed(p Principal, action Action) bool { return Check(p, action) == nil }

func (r Rule) admits(p Principal) bool {
	switch p.Kind {
	case KindPerson:
		return p.Person != "" && (r.SignedIn || r.admitsOrg(p) && slices.ContainsFunc(r.Roles, p.Has))
	case KindMachine:
		// Certifying and being one of two people are in no machine's scopes:
		// a machine has no hands and no eyes.
		known := p.Machine != "" && (p.Org != "" || p.Operator())
		return known && r.admitsOrg(p) && slices.ContainsFunc(r.Scopes, p.hasScope)
	case KindDevice, KindGate:
		return slices.Contains(r.Kinds, p.Kind)
	}
	return false
}

func (r Rule) admitsOrg(p Principal) bool {
	return len(r.OrgKinds) == 0 || slices.Contains(r.OrgKinds, p.OrgKind)
}

// hasScope: nobody of an organisation is the operator, whatever stands in the
// scopes of a token on record.
func (p Principal) hasScope(scope Scope) bool {
	return slices.Contains(p.Scopes, scope) && (scope != ScopeOperator || p.Org == "")
}
