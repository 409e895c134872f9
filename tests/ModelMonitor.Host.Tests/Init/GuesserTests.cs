using ModelMonitor.Core;
using ModelMonitor.Host.Init;
using static ModelMonitor.Host.Tests.Init.Facts;

namespace ModelMonitor.Host.Tests.Init;

/// <summary>Which columns are what, from names, types and values.</summary>
public sealed class GuesserTests
{
    [Fact]
    public void A_tensor_takes_what_is_left_in_order_once_label_id_and_time_are_told()
    {
        var guess = Guesser.Guess(Tensor(2, Score()), Data(Key("entity_id"), Time("ts"), Number("b"), Number("a"), Codes("label", 2)));
        Assert.Equal(["b", "a"], Assert.Single(guess.Inputs).Columns);
        Assert.Contains("in the order of the reference", guess.Inputs[0].Note, StringComparison.Ordinal);
        Assert.Equal(("entity_id", "ts", "label"), (guess.Roles.Id.Value, guess.Roles.Time.Value, guess.Roles.Label.Value));
        Assert.Empty(guess.Left);
    }

    [Fact]
    public void Inputs_of_a_columns_name_take_it_and_the_rest_is_only_watched()
    {
        var guess = Guesser.Guess(ByColumn(Score(), "age", "PLAN"), Data(Number("age"), Number("plan"), Number("state"), Codes("target", 2)));
        Assert.Equal(["age", "plan"], guess.Inputs.SelectMany(input => input.Columns));
        Assert.Equal(["state"], guess.Watched);
    }

    [Fact]
    public void Too_many_columns_for_a_tensor_are_left_to_a_person()
    {
        var left = Assert.Single(Guesser.Guess(Tensor(1, Score()), Data(Key("id"), Time("t"), Number("a"), Number("b"), Codes("y", 2))).Left);
        Assert.Equal(("inputs.X", true), (left.What, left.Required));
        Assert.Contains("it takes 1 column, and 2 could fill it (a, b)", left.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_production_lacks_are_no_inputs()
    {
        var reference = Data(Key("id"), Time("t"), Number("a"), Number("fold"), Codes("label", 2));
        var guess = Guesser.Guess(Tensor(1, Score()), reference, Data(Key("id"), Time("t"), Number("a")));
        Assert.Equal(["a"], guess.Inputs[0].Columns);
    }

    [Fact]
    public void Two_open_inputs_are_left_and_a_list_fills_a_tensor_of_its_width()
    {
        var two = Guesser.Guess(ByColumn(Score(), "p", "q"), Data(Number("a"), Number("b"), Codes("label", 2)));
        Assert.Equal(["inputs.p", "inputs.q"], two.Left.Where(left => left.Required).Select(left => left.What));
        Assert.Equal(["embedding"], Guesser.Guess(Tensor(8, Score()), Data(Vector("embedding", 8), Number("a"), Codes("label", 2))).Inputs[0].Columns);
    }

    [Fact]
    public void A_label_without_a_telling_name_is_what_production_lacks_or_else_is_asked_for()
    {
        var reference = Data(Number("a"), Codes("churned", 2));
        Assert.Equal("churned", Guesser.Guess(Tensor(1, Score()), reference, Data(Number("a"))).Roles.Label.Value);
        Assert.Equal("churned", Guesser.Guess(Tensor(1, Score()), reference, label: "churned").Roles.Label.Value);
        var left = Assert.Single(Guesser.Guess(ByColumn(Score(2), "a"), reference).Left, left => left.Required);
        Assert.Contains("no column of train.arrows looks like the label (a, churned): name it with --label", left.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_repeats_is_none()
    {
        var guess = Guesser.Guess(ByColumn(Score(), "a"), Data(Texts("entity_id", "x", "y"), Number("a"), Codes("label", 2)));
        Assert.Null(guess.Roles.Id.Value);
        Assert.Contains("'entity_id' repeats", guess.Roles.Id.Left!.Why, StringComparison.Ordinal);
        Assert.False(guess.Roles.Id.Left.Required);
    }

    [Fact]
    public void Of_several_times_the_one_with_a_telling_name_is_the_predictions_and_the_rest_is_ignored()
    {
        var data = Data(Time("signed_up"), Time("ts"), Time("label_ts"), Number("a"), Codes("label", 2));
        var guess = Guesser.Guess(ByColumn(Score(), "a"), data);
        Assert.Equal(("ts", "label_ts"), (guess.Roles.Time.Value, guess.Roles.LabelTime.Value));
        Assert.Equal("signed_up", Assert.Single(guess.Ignore).Name);
        var open = Guesser.Guess(ByColumn(Score(), "a"), Data(Time("p"), Time("q"), Number("a"), Codes("label", 2)));
        Assert.Contains("which of p, q is when the prediction was made?", open.Roles.Time.Left!.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_numbers_of_few_values_are_categories_and_others_are_not()
    {
        var guess = Guesser.Guess(Tensor(3, Score()), Data(Codes("month", 12), Whole("age", 80), Number("x", 5), Codes("label", 2)));
        Assert.Equal(["month"], guess.Categorical.Select(c => c.Name));
    }

    [Fact]
    public void Sparse_production_is_told_that_the_default_rules_would_never_look()
    {
        var reference = Data(Key("id"), Time("ts"), Number("a"), Codes("label", 2));
        var sparse = Data(Key("id"), Time("ts") with { Span = (0, 500 * Instant.Day) }, Number("a"));
        Assert.Contains("about 2 rows a day", Guesser.Guess(Tensor(1, Score()), reference, sparse).Windows!.Why, StringComparison.Ordinal);
        var dense = Data(Key("id"), Time("ts") with { Span = (0, Instant.Hour) }, Number("a"));
        Assert.Null(Guesser.Guess(Tensor(1, Score()), reference, dense).Windows);
    }
}
