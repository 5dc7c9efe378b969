package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/scanner/print"
	"quitclaim/service/notify/mail"
	"quitclaim/service/web/messages"
)

// Config is everything an operator can set. Each field is a flag and an
// environment variable QUITCLAIM_<NAME>; the flag wins. The defaults make
// `quitclaim` work at once.
type Config struct {
	Data       string        // data directory: database, keys, run file
	Database   string        // PostgreSQL server; empty: the embedded database in Data
	Partitions int           // of an empty Database: hash partitions of the tables about a unit
	Listen     string        // address to listen on; port 0 picks a free one
	URL        string        // how the outside reaches us; empty: from Listen
	Origin     string        // the ledger's name, its URL without a scheme
	Published  places        // where the outside keeps checkpoints of ours
	CloudDelay time.Duration // how long the built-in cloud takes to forget
	Workers    int           // clouds asked at the same time
	Proxies    networks      // whose X-Forwarded-For is believed
	// ProviderNetworks are those on which an OpenID provider may be besides the
	// public one.
	ProviderNetworks networks
	Serials          serials       // how brands write their serials
	Language         language      // spoken to whoever asks for none that we speak
	SMTP             mail.Settings // the mail server, and who we are to it; without a server no mail is sent
	PushLocal        bool          // pushes go to private addresses too, for tests
	Printers         string        // label printers on our own network; empty: nothing is sent
	AuditAt          string        // when a pass over the whole ledger begins, HH:MM in UTC
	LogJSON          bool          // one JSON object per log line
	LogLevel         string        // debug, info, warn or error
}

// networks is a list of networks in CIDR notation (RFC 4632), as a flag.
type networks []netip.Prefix

// String is the list as Set reads it.
func (n *networks) String() string {
	texts := make([]string, len(*n))
	for i, prefix := range *n {
		texts[i] = prefix.String()
	}
	return strings.Join(texts, ",")
}

// Set reads a list with commas between.
func (n *networks) Set(text string) error {
	*n = nil
	for part := range strings.SplitSeq(text, ",") {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(part))
		if err != nil {
			return fmt.Errorf("%q is no network, e.g. 10.0.0.0/8", part)
		}
		*n = append(*n, prefix)
	}
	return nil
}

// language is one of the languages that we speak, as a flag.
type language messages.Language

// String is the language's tag.
func (l *language) String() string { return string(*l) }

// Set reads a tag.
func (l *language) Set(text string) error {
	read, err := messages.ParseLanguage(text)
	*l = language(read)
	return err
}

// serials are the patterns by which a bare serial is known to be of a brand,
// as a flag.
type serials struct {
	text     string
	patterns []code.SerialPattern
}

// String is the list as Set reads it.
func (s *serials) String() string { return s.text }

// Set reads "brand pattern example" with semicolons between; each example must
// fit its pattern.
func (s *serials) Set(text string) error {
	s.text, s.patterns = text, nil
	for part := range strings.SplitSeq(text, ";") {
		fields := strings.Fields(part)
		if len(fields) != 3 {
			return fmt.Errorf("%q is not brand, pattern and example with blanks between", part)
		}
		pattern, err := code.NewSerialPattern(fields[0], fields[1], fields[2])
		if err != nil {
			return err
		}
		s.patterns = append(s.patterns, pattern)
	}
	return nil
}

// setting is one row of the table that flags, environment and README share.
type setting struct {
	name, usage string
	bind        func(*flag.FlagSet, *Config)
}

func settings() []setting {
	return []setting{
		{"data", "data directory: database, keys, run file", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.Data, "data", "data", "")
		}},
		{"database", "PostgreSQL server, e.g. postgres://quitclaim@db.example/quitclaim; default: the embedded database in the data directory", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.Database, "database", "", "")
		}},
		{"partitions", "over how many hash partitions an empty --database spreads the tables about a unit; 0: none, or as many as it has", func(f *flag.FlagSet, c *Config) {
			f.IntVar(&c.Partitions, "partitions", 0, "")
		}},
		{"listen", "address to listen on; port 0 picks a free one", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.Listen, "listen", "127.0.0.1:8080", "")
		}},
		{"url", "how the outside reaches us, e.g. https://quitclaim.example; default: from the address", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.URL, "url", "", "")
		}},
		{"origin", "the ledger's name in checkpoints: its URL without a scheme", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.Origin, "origin", defaultOrigin, "")
		}},
		{"published", "files and addresses with checkpoints of ours that the outside has, with commas between: a start that they are ahead of is refused", func(f *flag.FlagSet, c *Config) {
			f.Var(&c.Published, "published", "")
		}},
		{"cloud-delay", "how long the built-in cloud takes to forget", func(f *flag.FlagSet, c *Config) {
			f.DurationVar(&c.CloudDelay, "cloud-delay", 30*time.Second, "")
		}},
		{"workers", "clouds asked at the same time", func(f *flag.FlagSet, c *Config) {
			f.IntVar(&c.Workers, "workers", 4, "")
		}},
		{"proxies", "networks of reverse proxies whose X-Forwarded-For is believed, with commas between", func(f *flag.FlagSet, c *Config) {
			f.Var(&c.Proxies, "proxies", "")
		}},
		{"provider-networks", "networks of our own on which OpenID providers may be, with commas between; default: only public addresses", func(f *flag.FlagSet, c *Config) {
			f.Var(&c.ProviderNetworks, "provider-networks", "")
		}},
		{"serials", "how brands write bare serials: \"brand pattern example\" (RE2), with semicolons between", func(f *flag.FlagSet, c *Config) {
			f.Var(&c.Serials, "serials", "")
		}},
		{"language", "en, de or es: spoken to whoever asks for none of them", func(f *flag.FlagSet, c *Config) {
			c.Language = language(messages.English)
			f.Var(&c.Language, "language", "")
		}},
		{"smtp", "mail server, host:port; TLS is demanded but on this machine; default: no mail", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.SMTP.Server, "smtp", "", "")
		}},
		{"smtp-user", "user at the mail server; the password is in QUITCLAIM_SMTP_PASSWORD", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.SMTP.User, "smtp-user", "", "")
		}},
		{"mail-from", "sender of mails, e.g. Quitclaim <quitclaim@example.org>; bounces come to quitclaim+…@example.org", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.SMTP.From, "mail-from", "", "")
		}},
		{"push-local", "for tests: send pushes to private addresses, too", func(f *flag.FlagSet, c *Config) {
			f.BoolVar(&c.PushLocal, "push-local", false, "")
		}},
		{"printers", "label printers (ZPL, port 9100) on this server's own network: name=address:port[/dpi][@organisation], with commas between; default: none", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.Printers, "printers", "", "")
		}},
		{"audit-at", "when the daily pass over the whole ledger begins, HH:MM in UTC", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.AuditAt, "audit-at", "03:47", "")
		}},
		{"log-json", "log JSON objects instead of text", func(f *flag.FlagSet, c *Config) {
			f.BoolVar(&c.LogJSON, "log-json", false, "")
		}},
		{"log-level", "debug, info, warn or error", func(f *flag.FlagSet, c *Config) {
			f.StringVar(&c.LogLevel, "log-level", "info", "")
		}},
	}
}

// environmentName is the variable that sets a flag: QUITCLAIM_CLOUD_DELAY.
func environmentName(flagName string) string {
	return "QUITCLAIM_" + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

// parseConfig reads flags over environment over defaults, and reports every
// mistake at once. defaults overrides a setting's default by flag name.
func parseConfig(name string, args []string, getenv func(string) string, defaults map[string]string) (Config, error) {
	var config Config
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var mistakes []error
	for _, setting := range settings() {
		setting.bind(flags, &config)
		flags.Lookup(setting.name).Usage = setting.usage
		for _, value := range []string{defaults[setting.name], getenv(environmentName(setting.name))} {
			if value == "" {
				continue
			}
			flags.Lookup(setting.name).DefValue = value // as help shows it
			if err := flags.Set(setting.name, value); err != nil {
				mistakes = append(mistakes, fmt.Errorf("%s=%q: %w", environmentName(setting.name), value, err))
			}
		}
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return Config{}, usage(name, flags)
		}
		mistakes = append(mistakes, err)
	}
	if flags.NArg() > 0 {
		mistakes = append(mistakes, fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}
	// Not a flag: everybody on the machine sees a process's arguments.
	config.SMTP.Password = getenv("QUITCLAIM_SMTP_PASSWORD")
	if mistakes = append(mistakes, config.check()...); len(mistakes) > 0 {
		return Config{}, errors.Join(append(mistakes, errCalledWrongly)...)
	}
	return config, nil
}

func (c Config) check() []error {
	var mistakes []error
	if c.Data == "" {
		mistakes = append(mistakes, errors.New("data: a directory is needed"))
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		// Not shown: it may hold a password.
		mistakes = append(mistakes, errors.New("database: not postgres://user@host/name (PostgreSQL manual, 34.1.1.2)"))
	}
	if c.Partitions < 0 || c.Partitions > maxPartitions || c.Partitions > 0 && c.Database == "" {
		mistakes = append(mistakes, fmt.Errorf("partitions: %d is not within 0 to %d, with --database", c.Partitions, maxPartitions))
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		mistakes = append(mistakes, fmt.Errorf("listen: %w", err))
	}
	if c.URL != "" {
		parsed, err := url.Parse(c.URL)
		if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" || strings.Trim(parsed.Path, "/") != "" {
			mistakes = append(mistakes, fmt.Errorf("url: %q is not http(s)://host", c.URL))
		}
	}
	if c.Origin == "" || strings.ContainsAny(c.Origin, " +\n") {
		mistakes = append(mistakes, fmt.Errorf("origin: %q must not be empty or hold a blank or a plus sign (C2SP signed-note key names)", c.Origin))
	}
	if c.CloudDelay < 0 {
		mistakes = append(mistakes, errors.New("cloud-delay: not below 0"))
	}
	if c.Workers < 1 || c.Workers > 256 {
		mistakes = append(mistakes, fmt.Errorf("workers: %d is not within 1 to 256", c.Workers))
	}
	_, wrongMail := mail.ParseSettings(c.SMTP)
	mistakes = append(mistakes, wrongMail...)
	_, wrong := print.ParsePrinters(c.Printers)
	for _, err := range wrong {
		mistakes = append(mistakes, fmt.Errorf("printers: %w", err))
	}
	if _, err := c.auditSchedule(); err != nil {
		mistakes = append(mistakes, fmt.Errorf("audit-at: %q is not HH:MM", c.AuditAt))
	}
	if _, err := logLevel(c.LogLevel); err != nil {
		mistakes = append(mistakes, err)
	}
	return mistakes
}

// auditSchedule is AuditAt as five fields of cron.
func (c Config) auditSchedule() (string, error) {
	at, err := time.Parse("15:04", c.AuditAt)
	return fmt.Sprintf("%d %d * * *", at.Minute(), at.Hour()), err
}

// maxPartitions is more than a server's disks, and few enough that a plan which
// must ask all of them stays short.
const maxPartitions = 64

// errCalledWrongly marks mistakes of whoever called: exit code 2.
var errCalledWrongly = errors.New("see --help")

// errUsage carries the help text of a command; it is no failure.
type errUsage struct{ text string }

// Error is the help text.
func (e errUsage) Error() string { return e.text }

func usage(name string, flags *flag.FlagSet) error {
	var text strings.Builder
	fmt.Fprintf(&text, "usage: %s [flags]\n\n", name)
	flags.VisitAll(func(f *flag.Flag) {
		fmt.Fprintf(&text, "  --%-12s %s (default %q, %s)\n", f.Name, f.Usage, f.DefValue, environmentName(f.Name))
	})
	return errUsage{text.String()}
}
