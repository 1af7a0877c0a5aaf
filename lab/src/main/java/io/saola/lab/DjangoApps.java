package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The source of a Django project of any size: apps of twenty models, and for each model what a
/// grown project has: a ModelAdmin, a ModelForm, a formset, four views and their addresses.
///
/// The same numbers give the same text, so that figures can be compared from one day to another.
final class DjangoApps {
  private static final int MODELS_PER_APP = 20;
  private static final int FIELDS = 9;

  /// Fields of every kind; a model takes nine in a row, and has a name and a parent besides.
  private static final List<String> KINDS =
      List.of(
          "models.CharField(max_length=80, blank=True, help_text=\"Field %1$d of thing %2$03d\")",
          "models.TextField(\"remarks %1$d on thing %2$03d\", blank=True)",
          "models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(9%2$03d)])",
          "models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)",
          "models.BooleanField(\"is %1$d of thing %2$03d\", default=False)",
          "models.DateField(null=True, blank=True)",
          "models.DateTimeField(null=True, blank=True, db_index=True)",
          "models.EmailField(blank=True, help_text=\"Where thing %2$03d writes to\")",
          "models.SlugField(max_length=40, blank=True)",
          "models.URLField(blank=True)",
          "models.FloatField(null=True, blank=True)",
          "models.CharField(max_length=2, choices=CHOICES, default=\"a%1$d\")",
          "models.JSONField(default=dict, blank=True)");

  private static final String MODELS =
      """
      from django.core.validators import MaxValueValidator
      from django.db import models
      from django.urls import reverse

      CHOICES = [(f"a{number}", f"Choice {number}") for number in range(20)]
      """;

  private static final String ADMIN =
      """
      from django.contrib import admin

      from . import models
      """;

  private static final String FORMS =
      """
      from django import forms

      from . import models
      """;

  private static final String VIEWS =
      """
      from django.views import generic

      from . import forms, models
      """;

  private static final String MODEL_ADMIN =
      """


      @admin.register(models.Thing%1$03d)
      class Thing%1$03dAdmin(admin.ModelAdmin):
          list_display = ("name", "parent", "field_0", "field_1")
          list_filter = ("field_2",)
          search_fields = ("name", "field_0")
          fieldsets = ((None, {"fields": ("name", "parent")}), ("Rest", {"fields": ("field_0",)}))
      """;

  private static final String FORM =
      """


      class Thing%1$03dForm(forms.ModelForm):
          class Meta:
              model = models.Thing%1$03d
              fields = "__all__"

          def clean_name(self):
              return self.cleaned_data["name"].strip()


      Thing%1$03dFormSet = forms.modelformset_factory(
          models.Thing%1$03d, form=Thing%1$03dForm, extra=2
      )
      """;

  private static final String VIEW =
      """


      class Thing%1$03dList(generic.ListView):
          model = models.Thing%1$03d
          template_name = "list.html"
          paginate_by = 50

          def get_queryset(self):
              return super().get_queryset().select_related("parent")

          def get_context_data(self, **kwargs):
              return super().get_context_data(form=forms.Thing%1$03dForm(), **kwargs)


      class Thing%1$03dDetail(generic.DetailView):
          model = models.Thing%1$03d
          template_name = "detail.html"


      class Thing%1$03dCreate(generic.CreateView):
          model = models.Thing%1$03d
          form_class = forms.Thing%1$03dForm
          template_name = "form.html"


      class Thing%1$03dUpdate(generic.UpdateView):
          model = models.Thing%1$03d
          form_class = forms.Thing%1$03dForm
          template_name = "form.html"
      """;

  private static final String PATHS =
      """
          path("thing%1$03d/", views.Thing%1$03dList.as_view(), name="thing%1$03d-list"),
          path("thing%1$03d/new/", views.Thing%1$03dCreate.as_view(), name="thing%1$03d-create"),
          path("thing%1$03d/<int:pk>/", views.Thing%1$03dDetail.as_view(), name="thing%1$03d-detail"),
          path("thing%1$03d/<int:pk>/edit/", views.Thing%1$03dUpdate.as_view(), name="thing%1$03d-update"),
      """;

  private DjangoApps() {}

  /// The files below the project's folder, by their names.
  static Map<String, String> files(int models) {
    Map<String, String> files = new LinkedHashMap<>();
    for (int first = 0; first < models; first += MODELS_PER_APP) {
      String app = app(first);
      List<Integer> numbers = new ArrayList<>();
      for (int n = first; n < Math.min(models, first + MODELS_PER_APP); n++) {
        numbers.add(n);
      }
      files.put(app + "/__init__.py", "");
      StringBuilder text = new StringBuilder(MODELS);
      numbers.forEach(number -> text.append(model(app, number)));
      files.put(app + "/models.py", text.toString());
      files.put(app + "/admin.py", each(ADMIN, MODEL_ADMIN, numbers));
      files.put(app + "/forms.py", each(FORMS, FORM, numbers));
      files.put(app + "/views.py", each(VIEWS, VIEW, numbers));
      files.put(
          app + "/urls.py",
          each(
                  """
                  from django.urls import path

                  from . import views

                  app_name = "%s"
                  urlpatterns = [
                  """
                      .formatted(app),
                  PATHS,
                  numbers)
              + "]\n");
    }
    return files;
  }

  /// The apps that so many models need, in the order of their names.
  static List<String> apps(int models) {
    List<String> apps = new ArrayList<>();
    for (int first = 0; first < models; first += MODELS_PER_APP) {
      apps.add(app(first));
    }
    return apps;
  }

  private static String app(int model) {
    return String.format("app%02d", model / MODELS_PER_APP);
  }

  private static String each(String head, String pattern, List<Integer> numbers) {
    StringBuilder text = new StringBuilder(head);
    numbers.forEach(number -> text.append(pattern.formatted(number)));
    return text.toString();
  }

  private static String model(String app, int number) {
    StringBuilder text = new StringBuilder();
    text.append(String.format("%n%nclass Thing%03d(models.Model):%n", number));
    text.append("    name = models.CharField(max_length=120, unique=True)\n");
    // Foreign keys bind a model to the one before it, as relations do in a grown project.
    String parent = number % MODELS_PER_APP == 0 ? "self" : String.format("Thing%03d", number - 1);
    text.append("    parent = models.ForeignKey(\n")
        .append("        \"" + parent + "\", null=True, blank=True, on_delete=models.SET_NULL\n")
        .append("    )\n");
    for (int i = 0; i < FIELDS; i++) {
      String kind = KINDS.get((number + i) % KINDS.size()).formatted(i, number);
      text.append("    field_" + i + " = " + kind + "\n");
    }
    return text.append(
            """

                class Meta:
                    ordering = ("name",)
                    verbose_name = "thing %1$03d"
                    verbose_name_plural = "things %1$03d"

                def __str__(self):
                    return self.name

                def get_absolute_url(self):
                    return reverse("%2$s:thing%1$03d-detail", args=[self.pk])
            """
                .formatted(number, app))
        .toString();
  }
}
