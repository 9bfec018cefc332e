"""People, and the roles that say what they may do."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from pacesetter.core.labels import in_language, mark
from pacesetter.core.text import fold

LEVELS = [
    ("none", mark("nothing")),
    ("own", mark("their own")),
    ("team", mark("their own and their reports'")),
    ("all", mark("everything")),
]


class Role(models.Model):
    """A named set of capabilities, and how far its people see."""

    key = models.CharField(max_length=40, unique=True)
    label = models.JSONField(default=dict)
    level = models.CharField(max_length=10, choices=LEVELS, default="own")
    capabilities = models.JSONField(default=list)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return in_language(self.label, "en") or self.key


class People(models.QuerySet["User"]):
    """Questions about many users."""

    def able_to_sign_in(self) -> "People":
        return self.filter(is_active=True, email__isnull=False)


class UserManager(BaseUserManager["User"].from_queryset(People)):  # type: ignore[misc]
    """Finds users the way Django's sign-in asks for them."""

    def get_queryset(self) -> "People":
        """People come with their role: whoever acts needs it."""
        return super().get_queryset().select_related("role")

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser):
    """A person: signs in when active, or only owns records (`is_active` false, e-mail may be null)."""

    email = models.EmailField(null=True, blank=True, unique=True)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, db_index=True, editable=False)
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=False)
    job_title = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    theme = models.CharField(max_length=10, blank=True, choices=[("light", "light"), ("dark", "dark")])
    single_keys = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["name_key", "id"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name_key = fold(self.name)[:120]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
