package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// called checks the arguments of a verb and shows how it is called.
func called(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		_, wanted, _ := strings.Cut(cmd.Use, " ")
		if wanted == "" {
			return misused("`%s` takes no argument, and %q was given", cmd.CommandPath(), strings.Join(args, " "))
		}
		given := "nothing"
		if len(args) > 0 {
			given = strings.Join(args, " ")
		}
		return misused("it is called `%s %s`, and %s was given for %s", cmd.CommandPath(), wanted, given, wanted)
	}
}

// plainUsage puts what the flag library says in our words, and drops the
// suggestions that it adds below.
func plainUsage(says string) string {
	line, _, _ := strings.Cut(says, "\n")
	switch {
	case strings.HasPrefix(line, "required flag(s) "):
		return missingFlags(inQuotes(line))
	case strings.HasPrefix(line, "at least one of the flags in the group "):
		return "one of " + flagNames(inBrackets(line)) + " is needed"
	case strings.HasPrefix(line, "if any flags in the group "):
		return flagNames(inBrackets(line)) + " can't go together"
	default:
		return line
	}
}

func missingFlags(names []string) string {
	if len(names) == 1 {
		return flagNames(names) + " is missing"
	}
	return flagNames(names) + " are missing"
}

func flagNames(names []string) string { return "--" + strings.Join(names, ", --") }

// inQuotes gives what stands in double quotes.
func inQuotes(s string) []string {
	var names []string
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 1 {
			names = append(names, part)
		}
	}
	return names
}

// inBrackets gives the words in the first pair of square brackets.
func inBrackets(s string) []string {
	_, s, _ = strings.Cut(s, "[")
	s, _, _ = strings.Cut(s, "]")
	return strings.Fields(s)
}
