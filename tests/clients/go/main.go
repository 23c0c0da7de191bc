// Takes go-oidc and golang.org/x/oauth2 through tests/clients/story.py. The protocol: runs.py.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// App is one of `apps`, and what it got.
type App struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	Method       string `json:"method"`
	Algorithm    string `json:"algorithm"`

	provider *oidc.Provider
	config   *oauth2.Config
	verifier *oidc.IDTokenVerifier
	token    *oauth2.Token
	used     string
	subject  string
	first    string
	last     string
}

var errAbsent = errors.New("the library has no such thing")

func (app *App) configure(ctx context.Context, given *Given) error {
	if app.config != nil {
		return nil
	}
	if app.Method == "private_key_jwt" {
		return errAbsent
	}
	issuer, clientID, clientSecret, redirectURL := given.Issuer, app.ClientID, app.ClientSecret, given.RedirectURI
	// docs: begin
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return err
	}
	config := &oauth2.Config{
		ClientID:     clientID,
		ClientSecret: clientSecret,
		Endpoint:     provider.Endpoint(),
		RedirectURL:  redirectURL,
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: clientID})
	// docs: end
	if app.Method == "client_secret_basic" {
		config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	} else {
		config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	app.provider, app.config, app.verifier = provider, config, verifier
	return nil
}

func signIn(ctx context.Context, talk *Talk, app *App, step Step) error {
	if step.Via != "browser" && step.Via != "browser that changes iss" {
		return errAbsent
	}
	if err := app.configure(ctx, talk.given); err != nil {
		return err
	}
	config := app.config
	state, nonce := random(), random()
	// docs: begin
	pkce := oauth2.GenerateVerifier()
	address := config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(pkce))
	// docs: end
	callback, err := url.Parse(talk.ask(step.Via, address))
	if err != nil {
		return err
	}
	verifier := app.verifier
	// docs: begin
	token, err := config.Exchange(ctx, callback.Query().Get("code"), oauth2.VerifierOption(pkce))
	if err != nil {
		return err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := verifier.Verify(ctx, raw)
	if err != nil {
		return err
	}
	if idToken.Nonce != nonce || callback.Query().Get("state") != state {
		return errors.New("not the answer to this question")
	}
	// docs: end
	if err := idToken.VerifyAccessToken(token.AccessToken); err != nil {
		return err
	}
	app.token, app.subject, app.last = token, idToken.Subject, raw
	if app.first == "" {
		app.first = raw
	}
	if step.Verifies {
		return userInfo(ctx, talk, app, step)
	}
	return nil
}

func userInfo(ctx context.Context, talk *Talk, app *App, step Step) error {
	told, err := app.provider.UserInfo(ctx, oauth2.StaticTokenSource(app.token))
	if err != nil {
		return err
	}
	return must(told.Email == talk.given.Email && told.Subject == app.subject, told)
}

func (app *App) refreshed(ctx context.Context, refreshToken string) (*oauth2.Token, error) {
	return app.config.TokenSource(ctx, &oauth2.Token{RefreshToken: refreshToken}).Token()
}

func refresh(ctx context.Context, talk *Talk, app *App, step Step) error {
	if app.config == nil {
		return errAbsent
	}
	if app.token == nil {
		return errors.New("nobody signed in")
	}
	app.used = app.token.RefreshToken
	token, err := app.refreshed(ctx, app.used)
	if err != nil {
		return err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := app.verifier.Verify(ctx, raw)
	if err != nil {
		return err
	}
	fresh := token.RefreshToken != app.used && token.AccessToken != app.token.AccessToken
	app.token = token
	return must(fresh && idToken.Subject == app.subject, "the same token, or another person")
}

func replay(ctx context.Context, talk *Talk, app *App, step Step) error {
	_, err := app.refreshed(ctx, app.used)
	return err
}

func verify(ctx context.Context, talk *Talk, app *App, step Step) error {
	raw := app.last
	if step.First {
		raw = app.first
	}
	if raw == "" {
		return errors.New("nobody signed in")
	}
	if step.Forged {
		raw = forged(raw)
	}
	verifier := app.verifier
	if step.Expects == "audience" {
		verifier = app.provider.Verifier(&oidc.Config{ClientID: "another"})
	}
	if step.Expects == "issuer" {
		keys := oidc.NewRemoteKeySet(ctx, talk.given.Issuer+"/.well-known/jwks")
		verifier = oidc.NewVerifier("https://other.example/oidc", keys, &oidc.Config{ClientID: app.ClientID})
	}
	_, err := verifier.Verify(ctx, raw)
	return err
}

func discover(ctx context.Context, talk *Talk, app *App, step Step) error {
	if err := app.configure(ctx, talk.given); err != nil {
		return err
	}
	var told struct {
		Issuer string `json:"issuer"`
	}
	if err := app.provider.Claims(&told); err != nil {
		return err
	}
	return must(told.Issuer == talk.given.Issuer, told)
}

func rotate(ctx context.Context, talk *Talk, app *App, step Step) error {
	talk.ask("new keys", "")
	return nil
}

func main() {
	talk := opened()
	talk.story(map[string]Verb{
		"discover": discover,
		"signIn":   signIn,
		"userInfo": userInfo,
		"refresh":  refresh,
		"replay":   replay,
		"verify":   verify,
		"rotate":   rotate,
	})
}

func must(right bool, what any) error {
	if right {
		return nil
	}
	return fmt.Errorf("wrong: %v", what)
}
