namespace ResPrune.TinyModel.Scenes;

public sealed class PatchLabelsTests
{
    [Fact]
    public void ThePatchUnderAnObjectCarriesItsNounColourAndPlace()
    {
        const int Grid = 12;
        for (var seed = 0; seed < 200; seed++)
        {
            var scene = SceneGenerator.Generate(seed);
            var labels = PatchLabels.Of(scene, Grid);
            foreach (var thing in scene.Objects)
            {
                var patch = (int)(thing.CentreY * Grid) * Grid + (int)(thing.CentreX * Grid);
                Assert.Equal((thing.Noun, thing.Colour, thing.Place.Index), ((int)labels.Nouns[patch], (int)labels.Colours[patch], (int)labels.Places[patch]));
            }
        }
    }

    [Fact]
    public void AnEmptyCellIsBackgroundOfItsOwnPlace()
    {
        var scene = SceneGenerator.Generate(1, 1, 1);
        var labels = PatchLabels.Of(scene, 12);
        var empty = Enumerable.Range(0, Place.Count).First(i => scene.At(new Place(i)) is null);
        var middle = (new Place(empty).Row * 4 + 2) * 12 + new Place(empty).Column * 4 + 2;

        Assert.Equal(PatchLabels.Background, labels.Nouns[middle]);
        Assert.Equal(PatchLabels.Ignored, labels.Colours[middle]);
        Assert.Equal(empty, labels.Places[middle]);
    }
}
