"""A web application that signs people in by OpenID Connect: Flask and Authlib."""

import os
import secrets

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for
from markupsafe import escape

app = Flask(__name__)
app.secret_key = os.environ.get("SESSION_SECRET") or secrets.token_hex()
oauth = OAuth(app)
poolhouse = oauth.register(
    "poolhouse",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/")
def home():
    person = session.get("person")
    if not person:
        return '<p>Nobody is signed in</p><a href="/login">Sign in</a>'
    return f'<p>You are {escape(person["name"])}</p><a href="/logout">Sign out</a>'


@app.get("/login")
def login():
    return poolhouse.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    token = poolhouse.authorize_access_token()  # checks state, nonce, signature, issuer and audience
    told = token["userinfo"]
    session["person"] = {"id": told["sub"], "name": told.get("name") or told.get("email") or told["sub"]}
    session["id_token"] = token["id_token"]
    return redirect("/")


@app.get("/logout")
def logout():
    """Here, and at Poolhouse."""
    id_token = session.pop("id_token", None)
    session.clear()
    if not id_token:
        return redirect("/")
    return poolhouse.logout_redirect(url_for("home", _external=True), id_token_hint=id_token)
