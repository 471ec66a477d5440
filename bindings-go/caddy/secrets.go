package caddyhookseal

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// The longest secret that a file may have.
const maxSecret = 4096

// placeholder is where a secret comes from.
type placeholder struct {
	isFile bool
	// The name of the variable, or the path of the file.
	name string
}

// readPlaceholder's error shows nothing of the text, which may be the secret itself.
func readPlaceholder(text string) (placeholder, error) {
	inner, isOpen := strings.CutPrefix(text, "{")
	inner, isClosed := strings.CutSuffix(inner, "}")
	kind, name, _ := strings.Cut(inner, ".")
	isKnown := kind == "env" || kind == "file"
	if !isOpen || !isClosed || !isKnown || name == "" || strings.ContainsAny(name, "{}") {
		return placeholder{}, errors.New("a secret must be a placeholder, {env.NAME} or {file.PATH}: Caddy shows its " +
			"configuration to its administrators, so that the secret itself must not be there, nor get there by {$NAME}")
	}
	return placeholder{kind == "file", name}, nil
}

// readSecret reads the secret that a placeholder stands for.
func readSecret(text string) (string, error) {
	from, err := readPlaceholder(text)
	if err != nil {
		return "", err
	}
	if !from.isFile {
		secret := os.Getenv(from.name)
		if secret == "" {
			return "", fmt.Errorf("the environment variable %s is not set, or empty", from.name)
		}
		return secret, nil
	}
	info, err := os.Stat(from.name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSecret {
		return "", fmt.Errorf("%s is no file of at most %d bytes", from.name, maxSecret)
	}
	content, err := os.ReadFile(from.name)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if secret == "" {
		return "", fmt.Errorf("the file %s is empty", from.name)
	}
	return secret, nil
}
