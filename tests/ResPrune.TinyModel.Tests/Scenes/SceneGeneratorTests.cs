namespace ResPrune.TinyModel.Scenes;

public sealed class SceneGeneratorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(SeedRanges.Evaluation + 123)]
    public void TheSameSeedGivesTheSameScene(long seed)
    {
        var first = SceneGenerator.Generate(seed);
        var second = SceneGenerator.Generate(seed);

        Assert.Equal(first.Objects, second.Objects);
        Assert.Equal(first.Noise, second.Noise);
        Assert.Equal((first.BackgroundRed, first.BackgroundGreen, first.BackgroundBlue), (second.BackgroundRed, second.BackgroundGreen, second.BackgroundBlue));
    }

    [Fact]
    public void DifferentSeedsGiveDifferentScenes()
    {
        var scenes = Enumerable.Range(0, 200).Select(i => string.Join(' ', SceneGenerator.Generate(i).Objects)).Distinct();

        Assert.Equal(200, scenes.Count());
    }

    [Fact]
    public void ObjectsStandInRasterOrderOneAPlaceNearTheirCell()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var scene = SceneGenerator.Generate(seed);
            Assert.InRange(scene.Objects.Count, SceneGenerator.MinObjects, SceneGenerator.MaxObjects);
            Assert.Equal(scene.Objects.Select(o => o.Place.Index).Order().Distinct(), scene.Objects.Select(o => o.Place.Index));
            Assert.All(scene.Objects, o =>
            {
                Assert.Equal(o.Place.Column, (int)(o.CentreX * 3));
                Assert.Equal(o.Place.Row, (int)(o.CentreY * 3));
                Assert.InRange(o.Degrees, -12, 12);
            });
        }
    }

    [Fact]
    public void EveryNounColourStyleAndCountOccurs()
    {
        var scenes = Enumerable.Range(0, 2000).Select(i => SceneGenerator.Generate(i)).ToArray();
        var objects = scenes.SelectMany(s => s.Objects).ToArray();

        Assert.Equal(NounCatalogue.All.Count, objects.Select(o => o.Noun).Distinct().Count());
        Assert.Equal(CardColours.All.Count, objects.Select(o => o.Colour).Distinct().Count());
        Assert.Equal(IconLibrary.Styles.Count, objects.Select(o => o.Style).Distinct().Count());
        Assert.Equal(SceneGenerator.MaxObjects - SceneGenerator.MinObjects + 1, scenes.Select(s => s.Objects.Count).Distinct().Count());
        Assert.Contains(scenes, s => s.Objects.Any(o => s.CountOf(o.Noun) > 2));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 2)]
    [InlineData(1, 10)]
    public void ImpossibleObjectCountsAreRefused(int min, int max) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneGenerator.Generate(1, min, max));
}
